import { pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derivePbkdf2 = promisify(pbkdf2);
const deriveScrypt = promisify<string, string, number, object, Buffer>(scrypt);

/** What checking one hash may take: Django's own parameters stay far below, and a server has several checks at once. */
export const MAX_MEMORY = 2 ** 30;
/** Iterations of PBKDF2: a second or two. Django 6.0 makes 1,200,000. */
export const MAX_ITERATIONS = 5_000_000;
/** N * r * p of scrypt: a second or two. Django 5.2 makes 655,360. */
export const MAX_SCRYPT_WORK = 2 ** 22;
const ARGON2 =
  /^\$argon2(id|i|d)\$v=19\$m=(?<memory>\d{1,7}),t=(?<passes>[1-9]\d{0,2}),p=(?<lanes>[1-9]\d?)\$(?<salt>[A-Za-z\d+/]+)\$(?<digest>[A-Za-z\d+/]+)$/;

/** Bytes of a digest that argon2-cffi, which is Django's, has by default: since 21.2, and before. */
const ARGON2_DIGESTS: ReadonlySet<number> = new Set([32, 16]);
/** RFC 9106 3.1. */
const MIN_ARGON2_SALT = 8;
/** Kibibytes times passes of argon2: two or three seconds. Django 6.0 makes 204,800. */
export const MAX_ARGON2_WORK = 2 ** 21;

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

function checkOfPbkdf2(fields: readonly string[], hash: 'sha256' | 'sha1'): PasswordCheck | null {
  const [iterations = '', salt = '', expected = '', ...more] = fields;
  const wanted = digestIn(expected, hash === 'sha256' ? 32 : 20);
  const isPossible = /^[1-9]\d{0,6}$/.test(iterations) && Number(iterations) <= MAX_ITERATIONS;
  if (!isPossible || salt === '' || wanted === null || more.length > 0) return null;
  return async (password) =>
    timingSafeEqual(await derivePbkdf2(password, salt, Number(iterations), wanted.length, hash), wanted);
}

function checkOfScrypt(fields: readonly string[]): PasswordCheck | null {
  const [cost = '', salt = '', blockSize = '', parallelization = '', expected = '', ...more] = fields;
  const wanted = digestIn(expected, 64);
  const numbers = [cost, blockSize, parallelization];
  if (!numbers.every((number) => /^[1-9]\d{0,8}$/.test(number))) return null;
  if (salt === '' || wanted === null || more.length > 0) return null;
  const [N, r, p] = numbers.map(Number) as [number, number, number];
  const maxmem = 128 * r * (N + p + 2); // as OpenSSL counts it
  const bits = Math.log2(N);
  // RFC 7914 6: the cost is a power of two, and less than 2^(128 * r / 8).
  const isPossible = N > 1 && Number.isInteger(bits) && bits < 16 * r;
  if (!isPossible || N * r * p > MAX_SCRYPT_WORK || maxmem > MAX_MEMORY) return null;
  return async (password) =>
    timingSafeEqual(await deriveScrypt(password, salt, wanted.length, { N, r, p, maxmem }), wanted);
}

/** The bytes of a digest in standard base64 (RFC 4648 4); null if it is none, or has another length than Django's. */
function digestIn(text: string, length: number): Buffer | null {
  const bytes = bytesIn(text);
  return bytes?.length === length ? bytes : null;
}

/** Null if there is another way to write the same bytes: Django compares hashes as text. */
function bytesIn(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

/** Base64 without padding, as PHC strings have it. */
const unpadded = (text = ''): Buffer | null => bytesIn(text.padEnd(Math.ceil(text.length / 4) * 4, '='));

/** After its name, Django has the hash as the PHC string that every implementation reads: `$argon2id$v=19$m=...`. */
function checkOfArgon2(fields: readonly string[]): PasswordCheck | null {
  const encoded = `$${fields.join('$')}`;
  const { memory, lanes, passes, salt, digest } = ARGON2.exec(encoded)?.groups ?? {};
  const saltLength = unpadded(salt)?.length ?? 0;
  const isWhole = saltLength >= MIN_ARGON2_SALT && ARGON2_DIGESTS.has(unpadded(digest)?.length ?? 0);
  // RFC 9106 3.1: at least 8 KiB for each lane.
  const isPossible = Number(memory) >= 8 * Number(lanes) && Number(memory) * 1024 <= MAX_MEMORY;
  const isBounded = Number(memory) * Number(passes) <= MAX_ARGON2_WORK;
  if (!isWhole || !isPossible || !isBounded) return null;
  return async (password) => (await loadArgon2()).verify(encoded, password);
}

/** Loaded for the first hash that needs it: few stores have any, and `npm install --omit=optional` leaves it out. */
async function loadArgon2(): Promise<typeof import('@node-rs/argon2')> {
  try {
    return await import('@node-rs/argon2');
  } catch (cause) {
    const remedy = 'expected it beside graphql-simplejwt: npm install @node-rs/argon2';
    throw new Error(`an argon2 hash cannot be checked: @node-rs/argon2 cannot be loaded; ${remedy}`, { cause });
  }
}
