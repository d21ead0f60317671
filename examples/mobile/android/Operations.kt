/** The operations of `../operations.graphql`. `${'$'}` is a dollar sign. */
object Operations {
    const val SIGN_IN = """
        mutation SignIn(${'$'}username: String!, ${'$'}password: String!) {
          tokenObtainPair(username: ${'$'}username, password: ${'$'}password) {
            access
            refresh
          }
        }
    """

    const val SIGN_IN_WITH_CODE = """
        mutation SignInWithCode(${'$'}challenge: String!, ${'$'}code: String!) {
          tokenObtainPairOtp(challenge: ${'$'}challenge, code: ${'$'}code) {
            access
            refresh
          }
        }
    """

    const val REFRESH = """
        mutation Refresh(${'$'}refresh: String) {
          tokenRefresh(refresh: ${'$'}refresh) {
            access
            refresh
          }
        }
    """

    const val SIGN_OUT = """
        mutation SignOut(${'$'}refresh: String) {
          tokenBlacklist(refresh: ${'$'}refresh) {
            jti
          }
        }
    """

    const val STEP_UP = """
        mutation StepUp(${'$'}password: String!, ${'$'}code: String) {
          tokenStepUp(password: ${'$'}password, code: ${'$'}code) {
            access
          }
        }
    """

    const val EMAIL_VERIFY = """
        mutation EmailVerify(${'$'}token: String!) {
          emailVerify(token: ${'$'}token)
        }
    """

    const val PASSWORD_RESET_REQUEST = """
        mutation PasswordResetRequest(${'$'}username: String!) {
          passwordResetRequest(usernameOrEmail: ${'$'}username)
        }
    """

    const val PASSWORD_RESET = """
        mutation PasswordReset(${'$'}token: String!, ${'$'}password: String!) {
          passwordReset(token: ${'$'}token, newPassword: ${'$'}password)
        }
    """

    const val HELLO = """
        query Hello {
          hello
        }
    """
}
