import { pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { verify } from '@node-rs/argon2';

const derivePbkdf2 = promisify(pbkdf2);
const deriveScrypt = promisify<string, string, number, object, Buffer>(scrypt);

/** No more than a gigabyte of memory; argon2 takes at least 8 characters of salt. */
const ARGON2 =
  /^\$argon2(id|i|d)\$v=19\$m=\d{1,7},t=[1-9]\d{0,2},p=[1-9]\d?(,data=[\w+/]+)?\$[\w+/]{11,}\$[\w+/]{16,}$/;

/** Whether a password is the one that was hashed. */
export type PasswordCheck = (password: string) => Promise<boolean>;

/** Django's hashers but bcrypt: `algorithm$parameters$salt$...$base64`. */
const HASHERS: Readonly<Record<string, (fields: readonly string[]) => PasswordCheck | null>> = {
  pbkdf2_sha256: (fields) => checkOfPbkdf2(fields, 'sha256'),
  pbkdf2_sha1: (fields) => checkOfPbkdf2(fields, 'sha1'),
  scrypt: checkOfScrypt,
  argon2: checkOfArgon2,
};

/**
 * How to check a password against a hash of Django's `PBKDF2PasswordHasher`, `PBKDF2SHA1PasswordHasher`,
 * `ScryptPasswordHasher` or `Argon2PasswordHasher`. Null for a hash of any other form.
 */
export function checkOfForeignHash(encoded: string): PasswordCheck | null {
  const [algorithm = '', ...fields] = encoded.split('$');
  if (!Object.hasOwn(HASHERS, algorithm)) return null;
  return HASHERS[algorithm]?.(fields) ?? null;
}

function checkOfPbkdf2(fields: readonly string[], hash: string): PasswordCheck | null {
  const [iterations = '', salt = '', expected = ''] = fields;
  const wanted = Buffer.from(expected, 'base64');
  if (!/^[1-9]\d{0,7}$/.test(iterations) || wanted.length === 0) return null;
  return async (password) =>
    timingSafeEqual(await derivePbkdf2(password, salt, Number(iterations), wanted.length, hash), wanted);
}

function checkOfScrypt(fields: readonly string[]): PasswordCheck | null {
  const [cost = '', salt = '', blockSize = '', parallelization = '', expected = ''] = fields;
  const wanted = Buffer.from(expected, 'base64');
  const [N, r, p] = [cost, blockSize, parallelization].map(Number) as [number, number, number];
  if (!(N * r * p > 0) || wanted.length === 0) return null;
  const options = { N, r, p, maxmem: 256 * N * r };
  return async (password) => timingSafeEqual(await deriveScrypt(password, salt, wanted.length, options), wanted);
}

/** After its name, Django has the hash as the PHC string that every implementation reads: `$argon2id$v=19$m=...`. */
function checkOfArgon2(fields: readonly string[]): PasswordCheck | null {
  const encoded = `$${fields.join('$')}`;
  return ARGON2.test(encoded) ? (password) => verify(encoded, password) : null;
}
