import Foundation

enum ApiError: Error {
  /// UNAUTHENTICATED. With a challenge, the password was right: ask for a code of the second factor.
  case refused(reason: String?, challenge: String?)
  /// No answer, or one that says nothing about the tokens.
  case unavailable(retryAfter: Double?)
  /// Any other error of the server.
  case failed(message: String, reason: String?)
}

/// Keeps one user signed in. An actor, so its state needs no locks; a task, so waiting callers share one refresh.
actor TokenStore {
  private let url: URL
  private let keychain = Keychain(service: "com.example.app", account: "refresh-token")
  private var access: String?
  private var refreshing: Task<String, any Error>?

  init(url: URL) { self.url = url }

  func signIn(username: String, password: String) async throws {
    _ = try? await refreshing?.value                // it would overwrite the new tokens
    struct Answer: Decodable { let tokenObtainPair: Tokens }
    let answer: Answer = try await post(Operations.signIn, ["username": username, "password": password])
    try hold(answer.tokenObtainPair)
  }

  /// Ends a sign-in that was refused with a challenge.
  func signIn(challenge: String, code: String) async throws {
    _ = try? await refreshing?.value
    struct Answer: Decodable { let tokenObtainPairOtp: Tokens }
    let answer: Answer = try await post(Operations.signInWithCode, ["challenge": challenge, "code": code])
    try hold(answer.tokenObtainPairOtp)
  }

  func signOut() async throws {
    _ = try? await refreshing?.value                // it would bring the tokens back
    let refresh = try keychain.read()
    try forget()
    if let refresh { _ = try? await post(Operations.signOut, ["refresh": refresh]) as [String: [String: String]] }
  }

  /// Sends an operation as the user.
  func send<Answer: Decodable & Sendable>(_ query: String, _ variables: [String: String] = [:]) async throws -> Answer {
    let token = try await accessToken(insteadOf: nil)
    do {
      return try await post(query, variables, access: token)
    } catch ApiError.refused {
      return try await post(query, variables, access: try await accessToken(insteadOf: token))
    }
  }

  private func accessToken(insteadOf refused: String?) async throws -> String {
    if let access, access != refused { return access }
    if let refreshing { return try await refreshing.value }
    let task = Task { try await refresh() }          // not a child: cancelling a caller does not cancel it
    refreshing = task
    defer { refreshing = nil }
    return try await task.value
  }

  private func refresh() async throws -> String {
    guard let refresh = try keychain.read() else { throw ApiError.refused(reason: "not_authenticated", challenge: nil) }
    struct Answer: Decodable { let tokenRefresh: Tokens }
    do {
      let answer: Answer = try await patiently { try await self.post(Operations.refresh, ["refresh": refresh]) }
      return try hold(answer.tokenRefresh)
    } catch let error as ApiError {
      if case .refused = error { try forget() }      // only this signs out
      throw error
    }
  }

  @discardableResult
  private func hold(_ tokens: Tokens) throws -> String {
    if let refresh = tokens.refresh { try keychain.write(refresh) }
    access = tokens.access
    return tokens.access
  }

  private func forget() throws {
    access = nil
    try keychain.write(nil)
  }

  /// A lost answer is asked for again while the server still gives the same one.
  private func patiently<Answer>(_ ask: () async throws -> Answer) async throws -> Answer {
    for milliseconds in [250, 1000, 3000] {
      do { return try await ask() } catch ApiError.unavailable { try await Task.sleep(for: .milliseconds(milliseconds)) }
    }
    return try await ask()
  }

  private func post<Answer: Decodable>(
    _ query: String, _ variables: [String: String], access: String? = nil
  ) async throws -> Answer {
    var request = URLRequest(url: url, timeoutInterval: 10)
    request.httpMethod = "POST"
    request.setValue("application/json", forHTTPHeaderField: "content-type")
    if let access { request.setValue("Bearer \(access)", forHTTPHeaderField: "authorization") }
    request.httpBody = try JSONEncoder().encode(Question(query: query, variables: variables))
    guard let (body, _) = try? await URLSession.shared.data(for: request) else {
      throw ApiError.unavailable(retryAfter: nil)
    }
    if let error = (try? JSONDecoder().decode(Failure.self, from: body))?.errors.first { throw error.meaning }
    guard let success = try? JSONDecoder().decode(Success<Answer>.self, from: body) else {
      throw ApiError.unavailable(retryAfter: nil)
    }
    return success.data
  }
}

private struct Tokens: Decodable { let access: String; let refresh: String? }
private struct Question: Encodable { let query: String; let variables: [String: String] }
private struct Success<Answer: Decodable>: Decodable { let data: Answer }
private struct Failure: Decodable { let errors: [GraphQLError] }

private struct GraphQLError: Decodable {
  struct Extensions: Decodable { let code: String?; let reason: String?; let challenge: String?; let retryAfter: Double? }
  let message: String
  let extensions: Extensions?

  var meaning: ApiError {
    switch extensions?.code {
    case "UNAUTHENTICATED": .refused(reason: extensions?.reason, challenge: extensions?.challenge)
    case "SERVICE_UNAVAILABLE", "INTERNAL_SERVER_ERROR": .unavailable(retryAfter: extensions?.retryAfter)
    default: .failed(message: message, reason: extensions?.reason)
    }
  }
}
