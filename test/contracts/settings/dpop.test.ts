import { describe, expect, test } from '@jest/globals';
import { settingsFromEnvironment, settingsFromOptions } from '../../../src/contracts/settings/settings.ts';

const PRODUCTION = { NODE_ENV: 'production', JWT_SIGNING_KEY: 'k'.repeat(64) };
const PUBLIC_URL = 'https://api.example.com';

describe('settings of bound tokens', () => {
  test('are off by default', () => {
    const { dpop, dpopNonce, publicUrl } = settingsFromEnvironment({});
    expect({ dpop, dpopNonce, publicUrl }).toEqual({ dpop: 'off', dpopNonce: false, publicUrl: undefined });
  });

  test.each([
    [{ JWT_DPOP: 'on' }, 'JWT_DPOP: got "on", expected one of off, optional, required'],
    [{ JWT_DPOP_NONCE: 'on' }, 'JWT_DPOP_NONCE: on with JWT_DPOP off'],
    [{ ...PRODUCTION, JWT_DPOP: 'optional' }, 'PUBLIC_URL: not set with JWT_DPOP on and NODE_ENV=production'],
    [
      { PUBLIC_URL: 'http://api.example.com' },
      'PUBLIC_URL: got "http://api.example.com", where anybody on the network',
    ],
    [{ PUBLIC_URL: 'api.example.com' }, 'PUBLIC_URL: got "api.example.com", expected one or several URLs'],
    [{ PUBLIC_URL: 'https://api.example.com/?a' }, 'expected one or several URLs without a query'],
    [{ PUBLIC_URL: 'https://user@api.example.com' }, 'expected one or several URLs'],
    [{ PUBLIC_URL: 'https://[x' }, 'expected one or several URLs'],
    [
      { JWT_DPOP: 'optional', JWT_AUTH_HEADER_TYPES: 'Bearer,DPoP' },
      'JWT_AUTH_HEADER_TYPES: got DPoP with JWT_DPOP on',
    ],
    [{ JWT_USER_ID_CLAIM: 'cnf' }, 'JWT_USER_ID_CLAIM: got "cnf"'],
    [{ JWT_CLAIMS: '{"cnf":{"jkt":"a"}}' }, 'none of the names exp, iat, nbf, iss, aud, sid, is_admin, cnf'],
  ])('refuse %j', (environment, problem) => {
    expect(() => settingsFromEnvironment(environment)).toThrow(problem);
  });

  test.each([
    { JWT_DPOP: 'required', JWT_DPOP_NONCE: 'on' },
    { ...PRODUCTION, JWT_DPOP: 'optional', PUBLIC_URL },
    { PUBLIC_URL: 'https://api.example.com/auth/, http://localhost:4000' },
    { JWT_AUTH_HEADER_TYPES: 'DPoP' },
  ])('take %j', (environment) => {
    expect(settingsFromEnvironment(environment)).toBeDefined();
  });

  test('of the library want the address of the server', () => {
    expect(() => settingsFromOptions({ dpop: 'optional' })).toThrow('publicUrl: not set with dpop on');
    expect(settingsFromOptions({ dpop: 'optional', publicUrl: PUBLIC_URL }).publicUrl).toEqual([PUBLIC_URL]);
  });
});
