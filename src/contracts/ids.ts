import { randomUUID } from 'node:crypto';

/** A new id of a user, a session (`sid`) or a token (`jti`): 32 random hexadecimal characters, as simplejwt's jti. */
export const newId = (): string => randomUUID().replaceAll('-', '');

/**
 * A new id of a refresh token: a UUID of version 8 (RFC 9562 5.8). simplejwt makes version 4, so a token that it made of one of
 * ours, with our `sid`, is told from one that we made.
 */
export function newRefreshId(): string {
  const id = newId();
  return `${id.slice(0, 12)}8${id.slice(13)}`;
}

/** Whether `newRefreshId` may have made it. */
export const isOurRefreshId = (jti: string): boolean => /^[\da-f]{12}8[\da-f]{3}[89ab][\da-f]{15}$/.test(jti);
