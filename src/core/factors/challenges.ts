import type { Clock } from '../../contracts/clock.ts';
import { ChallengeInvalid, SecondFactorRequired } from '../../contracts/errors.ts';
import { newId } from '../../contracts/claims.ts';
import type { Store, UserRecord } from '../../contracts/store/store.ts';
import type { SealedTexts } from './sealed.ts';

/** How long a code may take: time to look for the phone. */
const LIFETIME_MS = 5 * 60_000;
/** Wrong codes; then the password is asked for again. */
const MAX_TRIES = 5;
const PURPOSE = 'challenge';
/** Ours are shorter: names have at most 254 characters, of four bytes each. */
const MAX_LENGTH = 4096;

/** A sign-in that waits for its code, as the client holds it: sealed, so that nothing of it is stored before it is answered. */
export interface Challenge {
  readonly id: string;
  readonly userId: string;
  /** The key of the name, for which attempts are counted. */
  readonly account: string;
  /** What the attempts at the password were counted for, where nobody else is meant by it. */
  readonly knownAs: string | null;
  /** When the password was changed last: another change ends the challenge. Milliseconds since the epoch, as all times in it. */
  readonly passwordChangedAt: number;
  readonly expiresAt: number;
}

/** What challenges are made with. */
export interface ChallengeParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly sealed: SealedTexts;
}

/** Sign-ins whose password was right, and whose code is due. */
export class Challenges {
  readonly #parts: ChallengeParts;

  constructor(parts: ChallengeParts) {
    this.#parts = parts;
  }

  /** The error that asks for the code. */
  for(
    { id: userId, usernameKey: account, passwordChangedAt }: UserRecord,
    knownAs: string | null,
  ): SecondFactorRequired {
    const expiresAt = this.#parts.clock() + LIFETIME_MS;
    const challenge: Challenge = {
      id: newId(),
      userId,
      account,
      knownAs,
      passwordChangedAt: passwordChangedAt.getTime(),
      expiresAt,
    };
    return new SecondFactorRequired(this.#parts.sealed.seal(JSON.stringify(challenge), PURPOSE), new Date(expiresAt));
  }

  /** @throws ChallengeInvalid if it is none of ours, or has expired */
  read(text: string): Challenge {
    const opened = text.length > MAX_LENGTH ? null : this.#parts.sealed.open(text.trim(), PURPOSE);
    const challenge = opened && (JSON.parse(opened.text) as Challenge); // sealed by us
    if (challenge === null || challenge.expiresAt <= this.#parts.clock()) throw new ChallengeInvalid();
    return challenge;
  }

  /**
   * Counts a try, before it is made: of any number at once, over any number of processes, no more than five get through.
   *
   * @throws ChallengeInvalid if there were five, or the challenge was answered
   */
  async count({ id, expiresAt }: Challenge): Promise<void> {
    const { attempts } = this.#parts.store;
    const at = new Date(this.#parts.clock());
    const first = { name: nameOf(id), count: 1, nextAt: at, expiresAt: new Date(expiresAt) };
    const room = { limit: MAX_TRIES, at };
    const isCounted = (await attempts.replace(null, first)) || (await attempts.add(first.name, room));
    if (!isCounted) throw new ChallengeInvalid();
  }

  /** Ends a challenge that was answered. */
  async end({ id, expiresAt }: Challenge): Promise<void> {
    const { attempts } = this.#parts.store;
    const at = new Date(this.#parts.clock());
    const over = { name: nameOf(id), count: MAX_TRIES, nextAt: at, expiresAt: new Date(expiresAt) };
    for (let found = await attempts.find(over.name); found !== null; found = await attempts.find(over.name)) {
      if (await attempts.replace(found, over)) return;
    }
  }
}

const nameOf = (id: string): string => `challenge ${id}`;
