import { describe, expect, test } from '@jest/globals';
import {
  SettingsError,
  settingsFromEnvironment,
  settingsFromOptions,
} from '../../../src/contracts/settings/settings.ts';
import { showSettings } from '../../../src/contracts/settings/shown-settings.ts';

const SECRET = 'a-secret-that-must-never-be-shown-anywhere';

function problemsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe('settings', () => {
  test('have the defaults of the table', () => {
    const settings = settingsFromEnvironment({});
    expect(settings).toMatchObject({
      accessTokenLifetime: 300,
      refreshTokenLifetime: 86_400,
      rotateRefreshTokens: true,
      algorithm: 'HS256',
      authHeaderTypes: ['Bearer'],
      reuseGrace: 30,
      replayWindow: 7 * 24 * 60 * 60,
      authentication: 'session',
      port: 4000,
      host: '127.0.0.1',
    });
    expect(settings.audience).toBeUndefined();
    expect(Object.isFrozen(settings)).toBe(true);
  });

  test.each([
    ['90', 90],
    ['90s', 90],
    ['5m', 300],
    ['12h', 43_200],
    ['1d', 86_400],
    ['PT5M', 300],
    ['P1D', 86_400],
    ['PT1H30M', 5400],
  ])('read the duration %s as %i seconds', (text, seconds) => {
    expect(settingsFromEnvironment({ JWT_ACCESS_TOKEN_LIFETIME: text }).accessTokenLifetime).toBe(seconds);
    expect(settingsFromOptions({ accessTokenLifetime: text }).accessTokenLifetime).toBe(seconds);
  });

  test.each(['', ' ', '5 minutes', '-5m', '1.5h', 'P', 'PT', '5M', '1e3', 'NaN', '99999d'])(
    'refuse the duration %j',
    (text) => {
      expect(problemsOf(() => settingsFromOptions({ accessTokenLifetime: text }))).toHaveLength(1);
    },
  );

  test.each<[string, string, string]>([
    ['JWT_ACCESS_TOKEN_LIFETIME', 'soon', 'a duration from 1s to 365d'],
    ['JWT_ROTATE_REFRESH_TOKENS', 'perhaps', 'on or off'],
    ['JWT_ALGORITHM', 'none', 'one of HS256'],
    ['JWT_ALGORITHM', 'EdDSA', 'one of HS256'],
    ['JWT_ALGORITHM', 'EdDSA', 'jsonwebtoken does not have it'],
    ['JWT_REUSE_GRACE', '301', 'a duration from 0s to 300s'],
    ['JWT_MAX_SESSIONS', '0', 'a whole number from 1'],
    ['JWT_AUTH_HEADER_NAME', 'HTTP_X_TOKEN', 'as it is on the wire'],
    ['JWT_AUTH_TOKEN_CLASSES', 'access,refresh', 'access, sliding, or both'],
    ['JWT_USER_ID_CLAIM', 'exp', 'a claim name other than exp'],
    ['JWT_USER_ID_CLAIM', 'is_admin', 'a claim name other than exp'],
    ['JWT_USER_ID_CLAIM', 'constructor', 'a claim name other than exp'],
    ['JWT_JTI_CLAIM', '__proto__', 'a claim name other than exp'],
    ['JWT_CLAIMS', '{"__proto__":"$id"}', 'claims as a JSON object'],
    ['JWT_AUDIENCE', '["api"]', 'one or several audiences'],
    ['JWT_AUDIENCE', "('web','api')", 'one or several audiences'],
    ['JWT_AUDIENCE', 'undefined', 'one or several audiences'],
    ['JWT_ISSUER', '["https://auth.example.com"]', 'usually a URL'],
    ['REST_PATH', '/graphql/', 'a path such as /api/token/'],
    ['REST_PATH', '//token', 'a path such as /api/token/'],
    ['REST_PATH', '/api/../token', 'a path such as /api/token/'],
    ['JWT_AUTHENTICATION', 'maybe', 'one of session, stateless'],
    ['JWT_AUDIENCE', '["web", "phone"]', 'without quotes or brackets'],
    ['JWT_AUDIENCE', "('web', 'phone')", 'without quotes or brackets'],
    ['PORT', '65536', 'a whole number from 0 to 65535'],
    ['WORKERS', '0', 'a whole number from 1 to 256, or auto'],
    ['WORKERS', 'all', 'a whole number from 1 to 256, or auto'],
    ['CORS_ORIGINS', '*', 'origins separated by commas'],
    ['CORS_ORIGINS', 'null', 'as browsers spell them'],
    [
      'CORS_ORIGINS',
      'https://App.example.com',
      'expected https://app.example.com: an origin is a scheme, a host in lower case',
    ],
    ['CORS_ORIGINS', 'https://app.example.com/', 'expected https://app.example.com, without the slash at the end'],
    ['CORS_ORIGINS', 'https://app.example.com:443', 'expected https://app.example.com: an origin is'],
    ['CORS_ORIGINS', 'https://app.example.com,ftp://app.example.com', 'as browsers spell them'],
    ['JWT_REFRESH_COOKIE', 'strict', 'on or off'],
    ['TRUST_PROXY', 'on', 'addresses or networks'],
    ['TRUST_PROXY', '10.0.0.0/33', 'addresses or networks'],
    ['TRUST_PROXY', '0.0.0.0/0', 'addresses or networks'],
    ['TRUST_PROXY', '2001:db8::/129', 'addresses or networks'],
    ['TRUST_PROXY', '10.0.0/8', 'addresses or networks'],
    ['TRUST_PROXY', 'loopback,10.0.0.1/8/8', 'addresses or networks'],
    ['CLIENT_ADDRESS_HEADER', 'Forwarded', 'holds addresses and nothing else'],
    ['CLIENT_ADDRESS_HEADER', 'CF-Connecting-IP:', 'holds addresses and nothing else'],
    ['MONGODB_URI', 'http://db', 'a value that is not shown'],
  ])('refuse %s=%s, saying what is accepted', (name, value, accepted) => {
    const [problem = '', ...others] = problemsOf(() => settingsFromEnvironment({ [name]: value }));
    expect(others).toEqual([]);
    expect(problem.startsWith(`${name}: got `)).toBe(true);
    expect(problem).toContain(accepted);
  });

  test.each<[string, Record<string, string>, string]>([
    ['an unknown JWT_ variable', { JWT_ACESS_TOKEN_LIFETIME: '5m' }, 'JWT_ACESS_TOKEN_LIFETIME: unknown setting'],
    ['a misspelt variable', { JWT_ACESS_TOKEN_LIFETIME: '5m' }, 'did you mean JWT_ACCESS_TOKEN_LIFETIME?'],
    ['a variable in the singular', { JWT_KEY_DIR: 'keys' }, 'did you mean JWT_KEYS_DIR?'],
    ['a prefix too much', { JWT_TRUST_PROXY: 'loopback' }, 'did you mean TRUST_PROXY?'],
    [
      'the line end of Windows, in a secret too',
      { JWT_SIGNING_KEY: `${SECRET}\r` },
      'JWT_SIGNING_KEY: the value ends with a carriage return',
    ],
    [
      'an empty value with such a line end',
      { MONGODB_URI: '\r' },
      'MONGODB_URI: the value ends with a carriage return',
    ],
    ['quotes that were kept', { JWT_ISSUER: '"https://auth.example.com"' }, 'JWT_ISSUER: the value has quotes'],
    [
      'a header that is believed of nobody',
      { CLIENT_ADDRESS_HEADER: 'X-Real-IP' },
      'CLIENT_ADDRESS_HEADER: got "X-Real-IP" without TRUST_PROXY',
    ],
    ['a hook in the environment', { JWT_ON_LOGIN_SUCCESS: 'f' }, 'is a function, and so an option of the library'],
    [
      'an access token that outlives the refresh token',
      { JWT_ACCESS_TOKEN_LIFETIME: '2d' },
      'expected at most JWT_REFRESH_TOKEN_LIFETIME',
    ],
    [
      'a refresh token that outlives the session',
      { JWT_SESSION_LIFETIME: '1h' },
      'expected at most JWT_SESSION_LIFETIME',
    ],
    ['a verifying key for HMAC', { JWT_VERIFYING_KEY: 'pem' }, 'where the signing key verifies'],
    ['remote keys for HMAC', { JWT_JWK_URL: 'https://example.com/jwks' }, 'where the signing key verifies'],
    [
      'a verifying key beside a ring',
      { JWT_ALGORITHM: 'RS256', JWT_VERIFYING_KEY: 'pem', JWT_KEYS_DIR: 'keys' },
      'JWT_VERIFYING_KEY: given with JWT_KEYS_DIR',
    ],
    [
      'remote keys beside a ring',
      { JWT_ALGORITHM: 'RS256', JWT_JWK_URL: 'https://example.com/jwks', JWT_KEYS_DIR: 'keys' },
      'JWT_JWK_URL: given with JWT_KEYS_DIR',
    ],
    ['one claim with two meanings', { JWT_JTI_CLAIM: 'user_id' }, 'which JWT_USER_ID_CLAIM uses already'],
    [
      'the cookie for an origin that anybody on the network can be',
      { JWT_REFRESH_COOKIE: 'on', CORS_ORIGINS: 'https://app.example.com,http://localhost.example.com' },
      'CORS_ORIGINS: got "http://localhost.example.com" with JWT_REFRESH_COOKIE on',
    ],
    ['production without a key', { NODE_ENV: 'production' }, 'JWT_SIGNING_KEY: not set'],
    [
      'production with cheap hashes',
      { NODE_ENV: 'production', JWT_SIGNING_KEY: SECRET, PASSWORD_HASH_COST: '4' },
      'at least 10',
    ],
  ])('refuse %s', (_name, environment, expected) => {
    const problems = problemsOf(() => settingsFromEnvironment(environment));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(expected);
  });

  test('accept origins without TLS where there is no cookie, and on this machine', () => {
    const plain = 'http://app.example.com';
    expect(settingsFromEnvironment({ CORS_ORIGINS: plain }).corsOrigins).toEqual([plain]);
    const local = ['http://localhost:5173', 'http://app.localhost', 'http://127.0.0.1:4000', 'http://[::1]:4000'];
    expect(settingsFromOptions({ refreshCookie: true, corsOrigins: local }).corsOrigins).toEqual(local);
  });

  test('refuse named origins in the library without the cookie, which alone looks at them', () => {
    const problems = problemsOf(() => settingsFromOptions({ corsOrigins: ['https://app.example.com'] }));
    expect(problems).toEqual([expect.stringContaining('corsOrigins: given without refreshCookie')]);
  });

  test('need no signing key in production where there is a ring', () => {
    expect(settingsFromEnvironment({ NODE_ENV: 'production', JWT_KEYS_DIR: '/srv/keys' }).keysDir).toBe('/srv/keys');
  });

  test('accept a key of several lines, with those of Windows too', () => {
    const pem = '-----BEGIN PRIVATE KEY-----\r\nAA==\r\n-----END PRIVATE KEY-----\r\n';
    expect(settingsFromEnvironment({ JWT_SIGNING_KEY: pem }).signingKey).toBe(pem);
  });

  test('tell all that is wrong at once', () => {
    expect(problemsOf(() => settingsFromEnvironment({ PORT: 'x', JWT_LEEWAY: '1h' }))).toHaveLength(2);
  });

  test('take an empty variable for one that is not set', () => {
    expect(settingsFromEnvironment({ JWT_AUDIENCE: '', PORT: '' }).port).toBe(4000);
  });

  test('refuse an unknown option of the library by its name', () => {
    const misspelt = { acessTokenLifetime: '5m' } as object;
    expect(problemsOf(() => settingsFromOptions(misspelt))[0]).toBe(
      'acessTokenLifetime: unknown option; did you mean accessTokenLifetime? All names are in docs/settings.md.',
    );
  });

  test('are shown with secrets masked', () => {
    const uri = 'mongodb://user:hunter2@db.example.com/app';
    const shown = showSettings({ JWT_SIGNING_KEY: SECRET, MONGODB_URI: uri, JWT_AUDIENCE: 'a,b' });
    expect(JSON.stringify(shown)).not.toMatch(/never-be-shown|hunter2/);
    expect(shown).toContainEqual(
      expect.objectContaining({ name: 'JWT_SIGNING_KEY', given: '********', value: '********' }),
    );
    expect(shown).toContainEqual(expect.objectContaining({ name: 'JWT_AUDIENCE', value: 'a,b' }));
    expect(shown).toContainEqual(expect.objectContaining({ name: 'JWT_ISSUER', value: null }));
  });
});
