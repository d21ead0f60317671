import { createHmac, timingSafeEqual } from 'node:crypto';
import { base32 } from './base32.ts';

/** Seconds in a time step, and digits in a code: what authenticator apps assume (RFC 6238 4.1, RFC 4226 5.3). */
const PERIOD = 30;
const DIGITS = 6;
/** Steps before and after the current one whose codes are accepted: clocks differ, and typing takes time (RFC 6238 5.2). */
const TOLERANCE = 1;
/** As long as the output of SHA-1 (RFC 4226 4, R6). */
export const SECRET_BYTES = 20;

/** The code of a time step (RFC 6238 4.2, RFC 4226 5.3), with SHA-1, which is all that most apps have. */
export function codeOf(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', secret).update(counter).digest();
  const offset = digest.readUInt8(digest.length - 1) & 0xf;
  const number = digest.readUInt32BE(offset) & 0x7f_ff_ff_ff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0');
}

/** A code as people copy it: digits of any script, with spaces or hyphens between. Null if it is none. */
export function givenCode(text: string): string | null {
  const code = text.normalize('NFKC').replaceAll(/[\s-]/g, '');
  return /^\d{6}$/.test(code) ? code : null;
}

/**
 * The time step whose code this is, if that is about now and after the last step that was accepted; otherwise null.
 *
 * @param now milliseconds since the epoch
 */
export function matchingStep(secret: Uint8Array, code: string, now: number, lastStep: number): number | null {
  const current = Math.floor(now / 1000 / PERIOD);
  let found: number | null = null;
  for (let step = current - TOLERANCE; step <= current + TOLERANCE; step += 1) {
    const isRight = timingSafeEqual(Buffer.from(codeOf(secret, step)), Buffer.from(code));
    if (isRight && step > lastStep) found = step;
  }
  return found;
}

/** What an authenticator app reads from a QR code: the `otpauth` URI of Google Authenticator, which all apps follow. */
export function otpauthUri(secret: Uint8Array, { issuer, account }: { issuer: string; account: string }): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  return `otpauth://totp/${label}?secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}`;
}
