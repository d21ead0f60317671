import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { TEST_KEY, type TestServer } from './server.ts';

/** Claims as a test writes them, odd ones included. One that is undefined is left out. */
export type TestClaims = Readonly<Record<string, unknown>>;

/** A token of exactly these claims, well signed. Given text, `jsonwebtoken` adds nothing and objects to nothing. */
export function forge(claims: TestClaims): string {
  return jwt.sign(JSON.stringify(claims), TEST_KEY, { header: { alg: 'HS256', typ: 'JWT' } });
}

/** What simplejwt itself would mint for alice: good for five minutes, and of no session. */
export function forgeForAlice(server: Pick<TestServer, 'alice' | 'clock'>, claims: TestClaims): string {
  const now = server.clock.seconds;
  const jti = randomUUID().replaceAll('-', '');
  return forge({ token_type: 'refresh', exp: now + 300, iat: now, jti, user_id: server.alice.id, ...claims });
}

/** The claims of a well-signed token, whatever the time. */
export function claimsOf(token: string | null): Readonly<Record<string, unknown>> {
  return jwt.verify(token ?? '', TEST_KEY, { algorithms: ['HS256'], ignoreExpiration: true }) as jwt.JwtPayload;
}

/** What an answer must match if it refuses with this one error, and with no further extension. */
export function refusal(message: string, reason: string, action: 'LOGIN' | 'REFRESH' | null = 'LOGIN'): object {
  const extensions = { code: 'UNAUTHENTICATED', reason, ...(action && { action }) };
  return { status: 200, data: null, errors: [expect.objectContaining({ message, extensions })] };
}

/** What an answer must match if one operation was sent without this argument. */
export const refusalOfMissing = (field: string, operation: string): object =>
  refusalOfField('This field is required.', field, operation);

/** What an answer must match if one operation was sent with nothing but white space in this argument. */
export const refusalOfBlank = (field: string, operation: string): object =>
  refusalOfField('This field may not be blank.', field, operation);

function refusalOfField(message: string, field: string, operation: string): object {
  const extensions = { code: 'BAD_USER_INPUT', reason: 'invalid_input', field };
  const error = { message, path: [operation], extensions };
  return { status: 200, data: null, errors: [expect.objectContaining(error)] };
}
