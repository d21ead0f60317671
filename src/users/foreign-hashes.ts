import { pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derivePbkdf2 = promisify(pbkdf2);
const deriveScrypt = promisify<string, string, number, object, Buffer>(scrypt);

/** Django's hashers that need no library: `algorithm$parameters$salt$...$base64`. */
const HASHERS: Readonly<Record<string, (password: string, fields: readonly string[]) => Promise<boolean>>> = {
  pbkdf2_sha256: (password, fields) => matchesPbkdf2(password, fields, 'sha256'),
  pbkdf2_sha1: (password, fields) => matchesPbkdf2(password, fields, 'sha1'),
  scrypt: matchesScrypt,
};

/**
 * Whether a password has this hash of Django's `PBKDF2PasswordHasher`, `PBKDF2SHA1PasswordHasher` or
 * `ScryptPasswordHasher`. A hash of any other form is nobody's.
 */
export async function verifyForeignHash(password: string, encoded: string): Promise<boolean> {
  const [algorithm = '', ...fields] = encoded.split('$');
  if (!Object.hasOwn(HASHERS, algorithm)) return false;
  return (await HASHERS[algorithm]?.(password, fields)) ?? false;
}

async function matchesPbkdf2(password: string, fields: readonly string[], hash: string): Promise<boolean> {
  const [iterations = '', salt = '', expected = ''] = fields;
  const wanted = Buffer.from(expected, 'base64');
  if (!/^\d{1,8}$/.test(iterations) || wanted.length === 0) return false;
  return timingSafeEqual(await derivePbkdf2(password, salt, Number(iterations), wanted.length, hash), wanted);
}

async function matchesScrypt(password: string, fields: readonly string[]): Promise<boolean> {
  const [cost = '', salt = '', blockSize = '', parallelization = '', expected = ''] = fields;
  const wanted = Buffer.from(expected, 'base64');
  const [N, r, p] = [cost, blockSize, parallelization].map(Number) as [number, number, number];
  if (!(N * r * p > 0) || wanted.length === 0) return false;
  const options = { N, r, p, maxmem: 256 * N * r };
  return timingSafeEqual(await deriveScrypt(password, salt, wanted.length, options), wanted);
}
