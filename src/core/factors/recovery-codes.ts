import { createHash, randomBytes } from 'node:crypto';
import { base32 } from './base32.ts';

const CODES = 10;
/** 120 bits: from 112 on a plain hash of a code tells nothing (ASVS 5.0, 6.5.2). */
const CODE_BYTES = 15;
const CODE = /^[A-Z2-7]{24}$/;

/** Codes for the day when the authenticator app is gone, such as `ABCD-EFGH-IJKL-MNOP-QRST-UVWX`. Each is good for one sign-in. */
export const newRecoveryCodes = (): readonly string[] =>
  Array.from({ length: CODES }, () => base32(randomBytes(CODE_BYTES)).replaceAll(/(.{4})(?!$)/g, '$1-'));

/** A code as it was typed or copied, in the form that is hashed: in any case of letters, with or without hyphens. Null if it is none. */
export function givenRecoveryCode(text: string): string | null {
  // Zero, one and eight are in no code: they are what somebody read an O, an I or a B for.
  const code = text
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[\s-]/g, '')
    .replaceAll('0', 'O')
    .replaceAll('1', 'I')
    .replaceAll('8', 'B');
  return CODE.test(code) ? code : null;
}

/** What is stored of a code, in its form without hyphens. */
export const recoveryHash = (userId: string, code: string): string =>
  createHash('sha256')
    .update(`recovery ${JSON.stringify([userId, code])}`)
    .digest('base64url');
