import { describe, expect, test } from '@jest/globals';
import {
  SettingsError,
  settingsFromEnvironment,
  settingsFromOptions,
} from '../../../src/contracts/settings/settings.ts';
import { authTable, serverTable } from '../../../src/contracts/settings/settings-table.ts';
import { showSettings } from '../../../src/contracts/settings/shown-settings.ts';

const message = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return '';
};

const table = { ...authTable, ...serverTable };
const names = Object.keys(table) as (keyof typeof table)[];
const OPTIONAL = names.filter((name) => table[name].default === undefined);
const SWITCHES = new Set(['graphqlIntrospection', 'graphiql', 'console']);

describe.each(['None', 'none', 'NONE', 'off', ' None ', '', ' '])('the value %j', (value) => {
  test.each(OPTIONAL)('means that %s is not set', (name) => {
    const settings = settingsFromEnvironment({ [table[name].env]: value });
    expect(settings[name]).toBe(SWITCHES.has(name) && value === 'off' ? false : undefined);
  });

  test.each([
    ...([
      'authHeaderTypes',
      'authHeaderName',
      'userIdClaim',
      'revokeTokenClaim',
      'slidingTokenRefreshExpClaim',
    ] as const),
    ...(['userIdField', 'authTokenClasses', 'algorithm', 'dataDir', 'host'] as const),
  ])('is refused for %s, which has to be something', (name) => {
    const problem = message(() => settingsFromEnvironment({ [table[name].env]: value }));
    const refusal = `${table[name].env}: got ${JSON.stringify(value)}, expected `;
    expect(problem.slice(0, refusal.length)).toBe(value === '' ? '' : refusal); // an empty variable is none
  });
});

describe('settings that are none', () => {
  test('are null in the library, as they are not in JSON', () => {
    for (const name of Object.keys(authTable).filter((key) => OPTIONAL.includes(key as never))) {
      expect(settingsFromOptions({ [name]: null })).toEqual(settingsFromOptions({}));
    }
    expect(settingsFromOptions({ jtiClaim: null, tokenTypeClaim: null })).toMatchObject({
      jtiClaim: null,
      tokenTypeClaim: null,
    });
    expect(settingsFromOptions({ leeway: null as never }).leeway).toBe(0); // means not given, as ever
  });

  test.each(['None', 'none', 'off'])('%j: a claim of the type or the id is not asked for', (value) => {
    const settings = settingsFromEnvironment({ JWT_JTI_CLAIM: value, JWT_TOKEN_TYPE_CLAIM: value });
    expect(settings).toMatchObject({ jtiClaim: null, tokenTypeClaim: null });
  });

  test('leave the claims their names, which no other has', () => {
    const problem = message(() => settingsFromEnvironment({ JWT_JTI_CLAIM: 'None', JWT_USER_ID_CLAIM: 'jti' }));
    expect(problem).toBe('JWT_JTI_CLAIM: got "jti", which JWT_USER_ID_CLAIM uses already; expected another name.');
  });

  test('are not one of several', () => {
    for (const audience of ['api,None', 'null,api', 'null', 'api,', ',']) {
      expect(message(() => settingsFromEnvironment({ JWT_AUDIENCE: audience }))).toContain('JWT_AUDIENCE: got');
    }
    expect(message(() => settingsFromOptions({ audience: ['None'] }))).toContain('audience: got');
    expect(message(() => settingsFromOptions({ audience: [] }))).toContain('audience: got');
    expect(settingsFromEnvironment({ JWT_AUDIENCE: 'None of us' }).audience).toEqual(['None of us']);
  });

  test.each(['none', 'None', 'off'])('%j: a session has no absolute end, and is shown so', (value) => {
    const environment = { JWT_SESSION_LIFETIME: value, JWT_REFRESH_TOKEN_LIFETIME: '3650d' };
    const settings = settingsFromEnvironment(environment);
    expect(settings.sessionLifetime).toBe(Infinity);
    expect(showSettings(environment)).toContainEqual(
      expect.objectContaining({ name: 'JWT_SESSION_LIFETIME', given: value, value: 'none' }),
    );
    expect(settingsFromOptions({ sessionLifetime: value }).sessionLifetime).toBe(Infinity);
    expect(settingsFromOptions({ sessionLifetime: Infinity }).sessionLifetime).toBe(Infinity);
  });

  test('are no durations elsewhere', () => {
    for (const name of ['JWT_ACCESS_TOKEN_LIFETIME', 'JWT_REFRESH_TOKEN_LIFETIME', 'JWT_LEEWAY', 'JWT_REUSE_GRACE']) {
      expect(message(() => settingsFromEnvironment({ [name]: 'none' }))).toContain(`${name}: got "none", expected`);
    }
  });
});

describe('what people run with simplejwt', () => {
  test.each([
    ['JWT_ACCESS_TOKEN_LIFETIME', '365d'],
    ['JWT_REFRESH_TOKEN_LIFETIME', '3650d'],
    ['JWT_SLIDING_TOKEN_LIFETIME', '365d'],
    ['JWT_SLIDING_TOKEN_REFRESH_LIFETIME', '3650d'],
    ['JWT_LEEWAY', '10m'],
  ])('can be run here: %s up to %s', (name, longest) => {
    const wide = {
      JWT_SESSION_LIFETIME: 'none',
      JWT_REFRESH_TOKEN_LIFETIME: '3650d',
      JWT_SLIDING_TOKEN_REFRESH_LIFETIME: '3650d',
    };
    expect(message(() => settingsFromEnvironment({ ...wide, [name]: longest }))).toBe('');
    const over = `${Number.parseInt(longest, 10) + 1}${longest.slice(-1)}`;
    expect(message(() => settingsFromEnvironment({ ...wide, [name]: over }))).toContain(`to ${longest}, such as`);
  });

  test.each([
    ['id', 'id'],
    ['pk', 'id'],
    ['username', 'username'],
  ] as const)('is found by the user id field %s', (given, field) => {
    expect(settingsFromEnvironment({ JWT_USER_ID_FIELD: given }).userIdField).toBe(field);
    expect(settingsFromOptions({ userIdField: given }).userIdField).toBe(field);
  });

  test.each(['email', 'uuid', 'passwordHash', 'isActive', 'toString'])('is not found by the field %s', (field) => {
    expect(message(() => settingsFromEnvironment({ JWT_USER_ID_FIELD: field }))).toMatch(
      /^JWT_USER_ID_FIELD: got ".*", expected id \(also pk\) or username; an e-mail address may change, /,
    );
  });
});

describe('a setting of simplejwt that names a class', () => {
  test.each([
    ['TOKEN_OBTAIN_SERIALIZER', 'tokenObtainSerializer', 'claims'],
    ['SLIDING_TOKEN_OBTAIN_SERIALIZER', 'slidingTokenObtainSerializer', 'claims'],
    ['TOKEN_REFRESH_SERIALIZER', 'tokenRefreshSerializer', 'userAuthenticationRule'],
    ['SLIDING_TOKEN_REFRESH_SERIALIZER', 'slidingTokenRefreshSerializer', 'userAuthenticationRule'],
    ['TOKEN_VERIFY_SERIALIZER', 'tokenVerifySerializer', 'auth.tokens.verify'],
    ['TOKEN_BLACKLIST_SERIALIZER', 'tokenBlacklistSerializer', 'auth.tokens.blacklist'],
    ['TOKEN_USER_CLASS', 'tokenUserClass', 'tokenUser'],
    ['USER_AUTHENTICATION_RULE', 'USER_AUTHENTICATION_RULE', 'userAuthenticationRule'],
    ['ON_LOGIN_SUCCESS', 'ON_LOGIN_SUCCESS', 'onLoginSuccess'],
    ['ON_LOGIN_FAILED', 'ON_LOGIN_FAILED', 'onLoginFailed'],
    ['JSON_ENCODER', 'JSON_ENCODER', 'jsonEncoder'],
    ['AUTH_HEADER_TYPE', 'authHeaderType', 'JWT_AUTH_HEADER_TYPES'],
    ['AUTH_TOKEN_CLASS', 'authTokenClass', 'JWT_AUTH_TOKEN_CLASSES'],
    ['SECRET', 'secret', 'JWT_SIGNING_KEY'],
    ['SECRET_KEY', 'secretKey', 'JWT_SIGNING_KEY'],
    ['TOKEN_BACKEND_CLASS', 'tokenBackendClass', 'JWT_ALGORITHM'],
  ])('is refused with what replaces it: %s', (seed, option, replacement) => {
    const words = new RegExp(`\\b${replacement.replaceAll('.', String.raw`\.`)}\\b`);
    const inEnvironment = message(() => settingsFromEnvironment({ [`JWT_${seed}`]: 'project.X' }));
    expect(inEnvironment).toMatch(words);
    expect(inEnvironment).toMatch(new RegExp(`^JWT_${seed}: .*\\.$`));
    expect(message(() => settingsFromOptions({ [option]: 'project.X' }))).toMatch(words);
  });

  test('is told by its name here, where it is written as there', () => {
    expect(message(() => settingsFromOptions({ ACCESS_TOKEN_LIFETIME: '5m' } as never))).toBe(
      'ACCESS_TOKEN_LIFETIME: unknown option; expected its name here, accessTokenLifetime.',
    );
    expect(message(() => settingsFromOptions({ toString: '5m' } as never))).toContain('see docs/settings.md');
    expect(message(() => settingsFromEnvironment({ JWT_TOSTRING: 'x' }))).toContain('unknown setting; see docs/');
  });
});
