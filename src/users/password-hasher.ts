import { createHash, randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import bcrypt from 'bcrypt';
import pLimit from 'p-limit';
import { Overloaded } from '../errors.ts';
import { verifyForeignHash } from './foreign-hashes.ts';

/** Passwords that may wait while as many are checked as there are cores; the next is refused. */
const MAX_WAITING = 64;
/** Ours; Django's `bcrypt$$2b$...` and a plain `$2b$...`, which hash the password itself. */
const BCRYPT = /^(?<scheme>bcrypt_sha256\$|bcrypt\$|)(?<hash>\$2[aby]\$(?<cost>\d\d)\$.{53})$/;

/**
 * Hashes passwords in Django's format `bcrypt_sha256$$2b$12$...`, which a Django with `BCryptSHA256PasswordHasher`
 * reads. SHA-256 comes first, so that bcrypt neither cuts a password at 72 bytes nor ends it at a NUL.
 */
export class PasswordHasher {
  readonly #cost: number;
  readonly #limit = pLimit(availableParallelism());
  /** A hash no password has; comparing with it takes the time of a real comparison. */
  readonly #nobody: string;

  constructor(cost: number) {
    this.#cost = cost;
    this.#nobody = `bcrypt_sha256$${bcrypt.genSaltSync(cost)}${randomBytes(32).toString('hex').slice(0, 31)}`;
  }

  /** @throws Overloaded */
  async hash(password: string): Promise<string> {
    return this.#queued(
      async () => `bcrypt_sha256$${await bcrypt.hash(sha256(password.normalize('NFKC')), this.#cost)}`,
    );
  }

  /**
   * Whether the password is the one that was hashed. Without a hash the answer is no, after the same work.
   *
   * @throws Overloaded
   */
  async verify(password: string, hash: string | undefined): Promise<boolean> {
    return this.#queued(async () => {
      const isUsable = hash !== undefined && !hash.startsWith('!'); // Django's mark of a password nobody can use
      const stored = isUsable ? hash : this.#nobody;
      const ours = BCRYPT.exec(stored)?.groups;
      for (const spelling of spellings(password)) {
        const matches = ours ? await compare(spelling, ours) : await verifyForeignHash(spelling, stored);
        if (matches) return isUsable;
      }
      return false;
    });
  }

  /** Whether a hash has another format or cost than new ones. */
  needsRehash(hash: string): boolean {
    const { scheme, cost } = BCRYPT.exec(hash)?.groups ?? {};
    return scheme !== 'bcrypt_sha256$' || Number(cost) !== this.#cost;
  }

  #queued<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#limit.pendingCount >= MAX_WAITING) throw new Overloaded();
    return this.#limit(work);
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

function compare(password: string, { scheme, hash = '' }: Readonly<Record<string, string>>): Promise<boolean> {
  // $2y$ is PHP's name for $2b$, which the library does not know.
  return bcrypt.compare(scheme === 'bcrypt_sha256$' ? sha256(password) : password, hash.replace('$2y$', '$2b$'));
}

/** The normal form that we hash, and as it was typed, which is what Django hashed. */
function spellings(password: string): Set<string> {
  return new Set([password.normalize('NFKC'), password]);
}
