/// The operations of `../operations.graphql`.
enum Operations {
  static let signIn = """
    mutation SignIn($username: String!, $password: String!) {
      tokenObtainPair(username: $username, password: $password) {
        access
        refresh
      }
    }
    """

  static let signInWithCode = """
    mutation SignInWithCode($challenge: String!, $code: String!) {
      tokenObtainPairOtp(challenge: $challenge, code: $code) {
        access
        refresh
      }
    }
    """

  static let refresh = """
    mutation Refresh($refresh: String) {
      tokenRefresh(refresh: $refresh) {
        access
        refresh
      }
    }
    """

  static let signOut = """
    mutation SignOut($refresh: String) {
      tokenBlacklist(refresh: $refresh) {
        jti
      }
    }
    """

  static let stepUp = """
    mutation StepUp($password: String!, $code: String) {
      tokenStepUp(password: $password, code: $code) {
        access
      }
    }
    """

  static let emailVerify = """
    mutation EmailVerify($token: String!) {
      emailVerify(token: $token)
    }
    """

  static let passwordResetRequest = """
    mutation PasswordResetRequest($username: String!) {
      passwordResetRequest(usernameOrEmail: $username)
    }
    """

  static let passwordReset = """
    mutation PasswordReset($token: String!, $password: String!) {
      passwordReset(token: $token, newPassword: $password)
    }
    """

  static let hello = """
    query Hello {
      hello
    }
    """
}
