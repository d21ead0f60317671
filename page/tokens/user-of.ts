import { readToken } from './read-token.ts';

/** The user a token was issued to, as its claims have it; null where they name none. */
export function userOf(token: string): string | null {
  const reading = readToken(token);
  const user = reading.kind === 'token' ? (reading.claims['user_id'] ?? reading.claims['sub']) : null;
  return typeof user === 'string' || typeof user === 'number' ? String(user) : null;
}
