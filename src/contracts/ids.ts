import { randomUUID } from 'node:crypto';

/** A new id of a user, a session (`sid`) or a token (`jti`): 32 random hexadecimal characters, as simplejwt's jti. */
export const newId = (): string => randomUUID().replaceAll('-', '');
