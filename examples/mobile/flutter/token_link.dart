import 'package:graphql_flutter/graphql_flutter.dart';

import 'token_store.dart';

/// Attaches the access token to operations, and sends a refused operation once more. Put it before the `HttpLink`.
class TokenLink extends Link {
  TokenLink(this._tokens);
  final TokenStore _tokens;

  @override
  Stream<Response> request(Request request, [NextLink? forward]) async* {
    final access = await _tokens.accessToken();
    if (access == null) {
      yield* forward!(request);
      return;
    }
    await for (final response in forward!(_bearing(request, access))) {
      final fresh = _isRefused(response) ? await _tokens.accessToken(refused: access) : null;
      if (fresh == null) {
        yield response;
      } else {
        yield* forward(_bearing(request, fresh));
        return;
      }
    }
  }

  static Request _bearing(Request request, String access) => request.updateContextEntry<HttpLinkHeaders>(
        (entry) => HttpLinkHeaders(headers: {...?entry?.headers, 'authorization': 'Bearer $access'}),
      );

  static bool _isRefused(Response response) =>
      response.errors?.any((error) => error.extensions?['code'] == 'UNAUTHENTICATED') ?? false;
}
