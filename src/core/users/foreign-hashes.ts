import { pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { verify } from '@node-rs/argon2';

const derivePbkdf2 = promisify(pbkdf2);
const deriveScrypt = promisify<string, string, number, object, Buffer>(scrypt);

/** What checking one hash may take: Django's own parameters stay far below, and a server has several checks at once. */
const MAX_MEMORY = 2 ** 30;
const ARGON2 =
  /^\$argon2(id|i|d)\$v=19\$m=(?<memory>\d{1,7}),t=[1-9]\d{0,2},p=(?<lanes>[1-9]\d?)\$[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{16,}$/;

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
  const isPossible = N > 1 && Number.isInteger(Math.log2(N)) && r > 0 && p > 0 && 128 * N * r <= MAX_MEMORY;
  if (!isPossible || wanted.length === 0) return null;
  const options = { N, r, p, maxmem: 256 * N * r };
  return async (password) => timingSafeEqual(await deriveScrypt(password, salt, wanted.length, options), wanted);
}

/** After its name, Django has the hash as the PHC string that every implementation reads: `$argon2id$v=19$m=...`. */
function checkOfArgon2(fields: readonly string[]): PasswordCheck | null {
  const encoded = `$${fields.join('$')}`;
  const { memory, lanes } = ARGON2.exec(encoded)?.groups ?? {};
  // RFC 9106 3.1: at least 8 KiB for each lane.
  const isPossible = Number(memory) >= 8 * Number(lanes) && Number(memory) * 1024 <= MAX_MEMORY;
  return isPossible ? (password) => verify(encoded, password) : null;
}
