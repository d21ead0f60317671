import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import type { Clock } from '../../contracts/clock.ts';
import { Overloaded } from '../../contracts/errors.ts';
import type { HashRefusal } from '../../contracts/events.ts';
import { UNWATCHED, type Monitor, type Watch } from '../../contracts/monitor.ts';
import { compareInThread, hashInThread, hashOfNothing } from './bcrypt-threads.ts';
import { checkOfForeignHash, type PasswordCheck } from './foreign-hashes.ts';
import { MAX_BCRYPT_COST } from './hash-excess.ts';

/** Passwords that may wait while as many are checked as there are cores; the next is refused. */
const MAX_WAITING = 64;
/** A client that waited longer has given up or asks again: hashing for it would only delay the next one. */
const MAX_WAIT_MS = 5000;
/** A check that takes longer is answered without its result: several times what the dearest hash takes on an idle machine. */
const MAX_WORK_MS = 8000;
/** bcrypt reads no more of a password. */
const MAX_BCRYPT_BYTES = 72;
/** Ours; Django's `bcrypt$$2b$...` and a plain `$2b$...`, which hash the password itself. */
const BCRYPT = /^(?<scheme>bcrypt_sha256\$|bcrypt\$|)(?<hash>\$2[aby]\$(?<cost>\d\d)\$[./A-Za-z\d]{53})$/;

/**
 * Hashes passwords in Django's format `bcrypt_sha256$$2b$12$...`, which a Django with `BCryptSHA256PasswordHasher`
 * reads. SHA-256 comes first, so that bcrypt neither cuts a password at 72 bytes nor ends it at a NUL.
 */
export class PasswordHasher {
  readonly #cost: number;
  readonly #clock: Clock;
  readonly #monitor: Monitor;
  readonly #watch: Watch;
  readonly #limit = pLimit(availableParallelism());
  /** Against a hash that no password has; it takes the time of a real check. */
  readonly #checkOfNobody: PasswordCheck;

  constructor(cost: number, clock: Clock, monitor: Monitor = UNWATCHED) {
    this.#cost = cost;
    this.#clock = clock;
    this.#monitor = monitor;
    this.#watch = monitor.watch({ kind: 'hash' });
    const nobody = hashOfNothing(cost);
    this.#checkOfNobody = (password) => compareInThread(sha256(password), nobody);
  }

  /** @throws Overloaded */
  async hash(password: string): Promise<string> {
    return this.#queued(
      async () => `bcrypt_sha256$${await hashInThread(sha256(password.normalize('NFKC')), this.#cost)}`,
    );
  }

  /**
   * Whether the password is the one that was hashed. Without a hash that one can have, the answer is no after the same
   * work.
   *
   * @throws Overloaded
   */
  async verify(password: string, hash: string | undefined): Promise<boolean> {
    return this.#queued(async () => {
      const check = (hash === undefined ? null : this.#checkOf(hash)) ?? this.#checkOfNobody;
      let matches = false;
      // All of them, whichever matches: an inactive user's password must not be known by an early answer.
      for (const spelling of spellings(password)) {
        matches = (await check(spelling)) || matches;
      }
      return matches;
    });
  }

  /** Whether a hash is one of those a password can be checked against. */
  reads(hash: string): boolean {
    return this.#checkOf(hash) !== null;
  }

  /** Whether a hash has another format or cost than new ones. */
  needsRehash(hash: string): boolean {
    const { scheme, cost } = BCRYPT.exec(hash)?.groups ?? {};
    return scheme !== 'bcrypt_sha256$' || Number(cost) !== this.#cost;
  }

  /** Null for what no password has, such as Django's `!...` of an account without one. */
  #checkOf(stored: string): PasswordCheck | null {
    const { scheme, hash = '', cost } = BCRYPT.exec(stored)?.groups ?? {};
    if (scheme === undefined) return checkOfForeignHash(stored);
    if (Number(cost) > MAX_BCRYPT_COST) return null;
    return async (password) => {
      const given = scheme === 'bcrypt_sha256$' ? sha256(password) : password;
      // $2y$ is PHP's name for $2b$, which the library does not know.
      const isFound = await compareInThread(given, hash.replace('$2y$', '$2b$'));
      // Cut, a longer password is found too, and its new hash would keep out the one it begins with.
      const matches = isFound && Buffer.byteLength(given) <= MAX_BCRYPT_BYTES;
      // 2^c + 2^c + 2^(c+1) + ... + 2^(C-1) = 2^C: a cheaper hash costs what one of today costs.
      for (let missing = Number(cost); missing < this.#cost; missing++) await hashInThread(given, missing);
      return matches;
    };
  }

  #queued<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#limit.pendingCount >= MAX_WAITING) this.#refuse('full');
    const since = this.#clock();
    this.#monitor.tell({ kind: 'hash_queued' });
    return new Promise((resolve, reject) => {
      const run = async () => {
        const waited = this.#clock() - since;
        this.#monitor.tell({ kind: 'hash_dequeued', waited });
        if (waited > MAX_WAIT_MS) this.#refuse('late');
        const timer = setTimeout(() => reject(this.#refusal('late')), MAX_WORK_MS);
        return this.#watch(work).finally(() => clearTimeout(timer));
      };
      // Its place is free when the work is done, however early it was answered.
      this.#limit(run).then(resolve, reject);
    });
  }

  #refuse(refusal: HashRefusal): never {
    throw this.#refusal(refusal);
  }

  #refusal(refusal: HashRefusal): Overloaded {
    this.#monitor.tell({ kind: 'hash_refused', refusal });
    return new Overloaded();
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** The normal form that we hash, and as it was typed, which is what Django hashed. */
function spellings(password: string): Set<string> {
  return new Set([password.normalize('NFKC'), password]);
}
