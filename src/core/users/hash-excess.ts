import { MAX_ARGON2_WORK, MAX_ITERATIONS, MAX_MEMORY, MAX_SCRYPT_WORK } from './foreign-hashes.ts';

/** bcrypt's cost: two seconds, and the highest `PASSWORD_HASH_COST`. */
export const MAX_BCRYPT_COST = 15;

interface Bound {
  readonly form: RegExp;
  readonly isExceeded: (parameters: readonly number[]) => boolean;
  readonly excess: string;
}

const BOUNDS: readonly Bound[] = [
  {
    form: /^(?:bcrypt(?:_sha256)?\$)?\$2[aby]\$(\d\d)\$/,
    isExceeded: ([cost = 0]) => cost > MAX_BCRYPT_COST,
    excess: `bcrypt of a cost over ${MAX_BCRYPT_COST}`,
  },
  {
    form: /^pbkdf2_sha(?:1|256)\$(\d+)\$/,
    isExceeded: ([iterations = 0]) => iterations > MAX_ITERATIONS,
    excess: `pbkdf2 of more than ${MAX_ITERATIONS} iterations`,
  },
  {
    form: /^scrypt\$(\d+)\$[^$]*\$(\d+)\$(\d+)\$/,
    isExceeded: ([N = 0, r = 0, p = 0]) => N * r * p > MAX_SCRYPT_WORK || 128 * r * (N + p + 2) > MAX_MEMORY,
    excess: `scrypt of N * r * p over ${MAX_SCRYPT_WORK}, or of more than a gibibyte`,
  },
  {
    form: /^argon2\$argon2(?:id|i|d)\$v=\d+\$m=(\d+),t=(\d+),p=(\d+)\$/,
    isExceeded: ([memory = 0, passes = 0, lanes = 0]) =>
      memory * passes > MAX_ARGON2_WORK || memory * 1024 > MAX_MEMORY || passes > 999 || lanes > 99,
    excess: `argon2 of m * t over ${MAX_ARGON2_WORK}, of more than a gibibyte, 999 passes or 99 lanes`,
  },
];

/** How a hash of a kind that is read exceeds the work that checking one may take; null if it does not. */
export function excessOf(encoded: string): string | null {
  for (const { form, isExceeded, excess } of BOUNDS) {
    const parameters = form.exec(encoded)?.slice(1).map(Number);
    if (parameters !== undefined && isExceeded(parameters)) return excess;
  }
  return null;
}
