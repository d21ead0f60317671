/// The operations of `../operations.graphql`.
abstract final class Operations {
  static const signIn = r'''
    mutation SignIn($username: String!, $password: String!) {
      tokenObtainPair(username: $username, password: $password) {
        access
        refresh
      }
    }
  ''';

  static const signInWithCode = r'''
    mutation SignInWithCode($challenge: String!, $code: String!) {
      tokenObtainPairOtp(challenge: $challenge, code: $code) {
        access
        refresh
      }
    }
  ''';

  static const refresh = r'''
    mutation Refresh($refresh: String) {
      tokenRefresh(refresh: $refresh) {
        access
        refresh
      }
    }
  ''';

  static const signOut = r'''
    mutation SignOut($refresh: String) {
      tokenBlacklist(refresh: $refresh) {
        jti
      }
    }
  ''';

  static const stepUp = r'''
    mutation StepUp($password: String!, $code: String) {
      tokenStepUp(password: $password, code: $code) {
        access
      }
    }
  ''';

  static const emailVerify = r'''
    mutation EmailVerify($token: String!) {
      emailVerify(token: $token)
    }
  ''';

  static const passwordResetRequest = r'''
    mutation PasswordResetRequest($username: String!) {
      passwordResetRequest(usernameOrEmail: $username)
    }
  ''';

  static const passwordReset = r'''
    mutation PasswordReset($token: String!, $password: String!) {
      passwordReset(token: $token, newPassword: $password)
    }
  ''';

  static const hello = r'''
    query Hello {
      hello
    }
  ''';
}
