import type { KeyObject } from 'node:crypto';
import { expect } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { forgeForAlice, type TestClaims } from './forge.ts';
import { TEST_KEY, type TestServer } from './server.ts';

/** How a token is signed that the server under test did not sign. */
export interface Signing {
  readonly key?: string | KeyObject;
  readonly algorithm?: jwt.Algorithm;
  /** Beside `alg` and `typ`. */
  readonly header?: Readonly<Record<string, string>>;
}

/** A token of exactly these claims, signed in any way. Given text, `jsonwebtoken` adds nothing and objects to nothing. */
export function craft(claims: TestClaims, { key = TEST_KEY, algorithm = 'HS256', header = {} }: Signing = {}): string {
  const options = { algorithm, header: { alg: algorithm, typ: 'JWT', ...header } };
  const payload = JSON.stringify(claims);
  return algorithm === 'none' ? jwt.sign(payload, null, { ...options, algorithm }) : jwt.sign(payload, key, options);
}

/** An access token of alice as simplejwt would mint it: good for five minutes, and of no session. */
export function craftAccess(server: TestServer, claims: TestClaims = {}): string {
  return forgeForAlice(server, { token_type: 'access', ...claims });
}

/** What the answer of a guarded field must match if the token in the header was refused for what it is. */
export function refusalOfAccess(
  message: string,
  reason = 'token_not_valid',
  action: 'REFRESH' | 'WAIT' | null = 'REFRESH',
): object {
  const messages = [{ token_class: 'AccessToken', token_type: 'access', message }];
  const retryAfter = action === 'WAIT' && { retryAfter: expect.any(Number) };
  const extensions = { code: 'UNAUTHENTICATED', reason, ...(action && { action }), ...retryAfter, messages };
  const error = { message: 'Given token not valid for any token type', path: ['hello'], extensions };
  return { status: 200, data: null, errors: [expect.objectContaining(error)] };
}
