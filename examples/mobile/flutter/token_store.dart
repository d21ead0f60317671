import 'dart:convert';
import 'package:flutter_secure_storage/flutter_secure_storage.dart';
import 'package:http/http.dart' as http;

import 'operations.dart';

sealed class ApiException implements Exception {
  const ApiException(this.message);
  final String message;
}

/// UNAUTHENTICATED. With a challenge, the password was right: ask for a code of the second factor.
class Refused extends ApiException {
  const Refused(super.message, this.reason, this.challenge);
  final String? reason;
  final String? challenge;
}

/// No answer, or one that says nothing about the tokens.
class Unavailable extends ApiException {
  const Unavailable(super.message, [this.retryAfter]);
  final num? retryAfter;
}

/// Any other error of the server.
class Failed extends ApiException {
  const Failed(super.message, this.reason);
  final String? reason;
}

/// Keeps one user signed in.
class TokenStore {
  TokenStore(this._url);

  static const _key = 'refresh-token';
  final Uri _url;
  final _http = http.Client();
  final _storage = const FlutterSecureStorage(
    iOptions: IOSOptions(accessibility: KeychainAccessibility.first_unlock_this_device),
  );
  String? _access;
  Future<String?>? _refreshing;

  Future<void> signIn(String username, String password) async {
    await _settled();
    final data = await _ask(Operations.signIn, {'username': username, 'password': password});
    await _hold(data['tokenObtainPair'] as Map<String, dynamic>);
  }

  /// Ends a sign-in that was refused with a challenge.
  Future<void> signInWithCode(String challenge, String code) async {
    await _settled();
    final data = await _ask(Operations.signInWithCode, {'challenge': challenge, 'code': code});
    await _hold(data['tokenObtainPairOtp'] as Map<String, dynamic>);
  }

  Future<void> signOut() async {
    await _settled();
    final refresh = await _storage.read(key: _key);
    await _forget();
    if (refresh == null) return;
    try {
      await _ask(Operations.signOut, {'refresh': refresh});
    } on Exception {/* the session ends by itself */}
  }

  /// One that was not refused yet; null if nobody is signed in. Concurrent callers share one refresh.
  Future<String?> accessToken({String? refused}) {
    if (_access != null && _access != refused) return Future.value(_access);
    return _refreshing ??= _refresh().whenComplete(() => _refreshing = null);
  }

  /// A refresh under way would bring back the tokens it began with.
  Future<void> _settled() async => _refreshing?.then((_) {}, onError: (_) {});

  Future<String?> _refresh() async {
    final refresh = await _storage.read(key: _key);
    if (refresh == null) return null;
    try {
      final data = await _patiently(() => _ask(Operations.refresh, {'refresh': refresh}));
      return await _hold(data['tokenRefresh'] as Map<String, dynamic>);
    } on Refused {
      await _forget(); // only this signs out
      return null;
    }
  }

  Future<String> _hold(Map<String, dynamic> tokens) async {
    final refresh = tokens['refresh'] as String?;
    if (refresh != null) await _storage.write(key: _key, value: refresh);
    return _access = tokens['access'] as String;
  }

  Future<void> _forget() async {
    _access = null;
    await _storage.delete(key: _key);
  }

  /// A lost answer is asked for again while the server still gives the same one.
  Future<T> _patiently<T>(Future<T> Function() ask) async {
    for (final milliseconds in const [250, 1000, 3000]) {
      try {
        return await ask();
      } on Unavailable {
        await Future<void>.delayed(Duration(milliseconds: milliseconds));
      }
    }
    return ask();
  }

  Future<Map<String, dynamic>> _ask(String query, Map<String, String> variables) async {
    final Object? answer;
    try {
      final body = jsonEncode({'query': query, 'variables': variables});
      final response = await _http
          .post(_url, headers: const {'content-type': 'application/json'}, body: body)
          .timeout(const Duration(seconds: 10));
      answer = jsonDecode(utf8.decode(response.bodyBytes));
    } on Exception {
      throw const Unavailable('no answer, or not that of a GraphQL server');
    }
    switch (answer) {
      case {'errors': [{'message': final String message, 'extensions': final Map<String, dynamic> extensions}, ...]}:
        throw switch (extensions['code']) {
          'UNAUTHENTICATED' => Refused(message, extensions['reason'] as String?, extensions['challenge'] as String?),
          'SERVICE_UNAVAILABLE' || 'INTERNAL_SERVER_ERROR' => Unavailable(message, extensions['retryAfter'] as num?),
          _ => Failed(message, extensions['reason'] as String?),
        };
      case {'data': final Map<String, dynamic> data}:
        return data;
      default:
        throw const Unavailable('not the answer of a GraphQL server');
    }
  }
}
