import type { Algorithm } from '../../contracts/settings/settings-table.ts';
import type { RingKey } from './ring-key.ts';
import type { TokenKey } from './token-key.ts';

/** What a key of the ring does at a moment. */
export type RingKeyState = 'published' | 'signing' | 'verifying' | 'retired';

/** A key of the ring as operators see it, without its key material. */
export interface ListedKey {
  readonly kid: string;
  readonly algorithm: Algorithm;
  readonly state: RingKeyState;
  readonly createdAt: Date;
  readonly signsFrom: Date;
  /** When its tokens are refused; null while no other key is to follow it. */
  readonly retiresAt: Date | null;
}

/**
 * The keys of a ring at one reading. What each does follows from the files and the time alone, so that servers which
 * share the folder and the time agree. Moments are milliseconds since the epoch.
 */
export class KeyRing {
  /** In the order they were made. */
  readonly keys: readonly RingKey[];

  constructor(keys: readonly RingKey[]) {
    this.keys = keys.toSorted((one, other) => one.createdAt - other.createdAt || (one.kid < other.kid ? -1 : 1));
  }

  /** When a key is no longer accepted; null while no key is to follow it. */
  endOf(key: RingKey): number | null {
    const successors = this.keys.slice(this.keys.indexOf(key) + 1);
    return successors.length === 0 ? null : Math.min(...successors.map(({ predecessorsEnd }) => predecessorsEnd));
  }

  /** The keys that verify, those not signing yet among them: all that is published. */
  accepted(now: number): RingKey[] {
    return this.keys.filter((key) => (this.endOf(key) ?? Infinity) > now);
  }

  /** The key that signs; null in a ring without keys. */
  signer(now: number): RingKey | null {
    const accepted = this.accepted(now);
    const signer = accepted.findLast(({ signsFrom }) => signsFrom <= now);
    // Before the first one's time, by a clock that is behind: something has to sign.
    return signer ?? accepted.toSorted((one, other) => one.signsFrom - other.signsFrom)[0] ?? null;
  }

  /** What verifies the tokens that name `kid`: an accepted key, or the refresh key that is derived from one. */
  find(kid: string, now: number): TokenKey | null {
    const named = this.accepted(now).find((key) => key.kid === kid || key.refresh.kid === kid);
    if (named === undefined) return null;
    return named.kid === kid ? { key: named.verifying, algorithm: named.algorithm } : named.refresh;
  }

  stateOf(key: RingKey, now: number): RingKeyState {
    if (!this.accepted(now).includes(key)) return 'retired';
    if (this.signer(now) === key) return 'signing';
    return key.signsFrom > now ? 'published' : 'verifying';
  }

  /** All keys, in the order they were made. */
  list(now: number): ListedKey[] {
    return this.keys.map((key) => this.show(key, now));
  }

  show(key: RingKey, now: number): ListedKey {
    const { kid, algorithm, createdAt, signsFrom } = key;
    const end = this.endOf(key);
    return {
      kid,
      algorithm,
      state: this.stateOf(key, now),
      createdAt: new Date(createdAt),
      signsFrom: new Date(signsFrom),
      retiresAt: end === null ? null : new Date(end),
    };
  }
}
