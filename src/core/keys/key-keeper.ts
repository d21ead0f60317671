import type { Clock } from '../../contracts/clock.ts';
import type { Algorithm, Settings } from '../../contracts/settings/settings-table.ts';
import { KeyRing, type ListedKey } from './key-ring.ts';
import { isMissing, NOTHING_READ, readRing, removeKeyFile, writeKeyFile, type UnusableFile } from './ring-folder.ts';
import { KeyRingError, makeRingKey, type RingKey, type RingTimes } from './ring-key.ts';

/** A server that has not looked yet may sign with the former key for this much longer. */
const MARGIN_MS = 5000;

/** Makes, rotates and retires the keys of a ring, for the command line. Each step is a change of one file. */
export class KeyKeeper {
  readonly #folder: string;
  readonly #settings: Settings;
  readonly #clock: Clock;

  /** @throws KeyRingError if no ring is in use */
  constructor(settings: Settings, clock: Clock) {
    if (settings.keysDir === undefined) {
      throw new KeyRingError('JWT_KEYS_DIR: not set, expected the folder of the key ring.');
    }
    this.#folder = settings.keysDir;
    this.#settings = settings;
    this.#clock = clock;
  }

  /** Whether tokens that name no key are good as well, whatever becomes of the ring. */
  get acceptsUnnamed(): boolean {
    return this.#settings.signingKey !== undefined;
  }

  /** All keys, in the order they were made, and the files that are none. */
  async list(): Promise<{ readonly keys: readonly ListedKey[]; readonly unusable: readonly UnusableFile[] }> {
    const { ring, unusable } = await this.#read();
    return { keys: ring.list(this.#clock()), unusable };
  }

  /**
   * Makes the first key of a ring, which signs at once.
   *
   * @throws KeyRingError if there is one already, also one that cannot be read, and if the folder cannot be written
   */
  async generate(algorithm: Algorithm = this.#settings.algorithm): Promise<ListedKey> {
    const { ring, unusable } = await this.#read();
    // A first key ends all others, and a server may still have the one that cannot be read here.
    for (const { file, problem } of unusable) throw new KeyRingError(`${file}: ${problem}. Repair or remove it first.`);
    if (ring.keys.length > 0) {
      throw new KeyRingError(`There are keys in ${this.#folder} already. \`keys rotate\` adds one.`);
    }
    const now = this.#clock();
    return this.#write(algorithm, { createdAt: now, signsFrom: now, predecessorsEnd: now });
  }

  /**
   * Publishes a key that signs after `activateAfter` seconds; the keys before it are accepted until their last token
   * has died. Keys that have retired are removed.
   *
   * @throws KeyRingError if there is no key to follow, and if the folder cannot be written
   */
  async rotate({ algorithm, activateAfter }: { algorithm?: Algorithm; activateAfter: number }): Promise<ListedKey> {
    const ring = await this.#expectKeys();
    const now = this.#clock();
    const signsFrom = now + activateAfter * 1000;
    const { accessTokenLifetime, refreshTokenLifetime, slidingTokenLifetime, leeway } = this.#settings;
    const longest = Math.max(accessTokenLifetime, refreshTokenLifetime, slidingTokenLifetime) + leeway;
    const predecessorsEnd = signsFrom + longest * 1000 + MARGIN_MS;
    const times = { createdAt: this.#createdAfter(ring), signsFrom, predecessorsEnd };
    const made = await this.#write(algorithm ?? this.#latest(ring), times);
    await this.#remove(ring.keys.filter((key) => ring.stateOf(key, now) === 'retired'));
    return made;
  }

  /**
   * Makes a key that signs at once, and ends all others: their tokens are refused wherever the ring is read next.
   *
   * @throws KeyRingError if there is no key to follow, and if the folder cannot be written
   */
  async replaceAll(algorithm?: Algorithm): Promise<ListedKey> {
    const ring = await this.#expectKeys();
    const now = this.#clock();
    const times = { createdAt: this.#createdAfter(ring), signsFrom: now, predecessorsEnd: now };
    const made = await this.#write(algorithm ?? this.#latest(ring), times);
    // The new key ends them by itself; without their files that holds where clocks are behind, too.
    await this.#remove(ring.keys);
    return made;
  }

  /**
   * Removes a key: its tokens are refused wherever the ring is read next.
   *
   * @throws KeyRingError if there is no such key, or if it is the one that signs
   */
  async retire(kid: string): Promise<ListedKey> {
    const { ring } = await this.#read();
    const key = ring.keys.find((other) => other.kid === kid);
    if (key === undefined) throw new KeyRingError('There is no such key. `keys list` shows those there are.');
    const shown = ring.show(key, this.#clock());
    if (shown.state === 'signing') {
      throw new KeyRingError('This key signs. `keys rotate` first, or `keys rotate --emergency` to end it at once.');
    }
    // The retired ones first: one that this key has ended must not come back with its end removed.
    const now = this.#clock();
    await this.#remove(ring.keys.filter((other) => other === key || ring.stateOf(other, now) === 'retired'));
    return { ...shown, state: 'retired', retiresAt: new Date(this.#clock()) };
  }

  async #expectKeys(): Promise<KeyRing> {
    const { ring } = await this.#read();
    if (ring.keys.length > 0) return ring;
    throw new KeyRingError(`There is no key in ${this.#folder} yet. Create the first with \`keys generate\`.`);
  }

  /** After all existing keys, whatever the clocks of the machines that made them: the order of creation decides which key signs. */
  #createdAfter({ keys }: KeyRing): number {
    return Math.max(this.#clock(), (keys.at(-1)?.createdAt ?? 0) + 1);
  }

  #latest({ keys }: KeyRing): Algorithm {
    return keys.at(-1)?.algorithm ?? this.#settings.algorithm;
  }

  async #read(): Promise<{ ring: KeyRing; unusable: readonly UnusableFile[] }> {
    const { found, unusable } = await readRing(this.#folder, NOTHING_READ).catch((error: unknown) => {
      if (isMissing(error)) return NOTHING_READ;
      throw this.#refuse('read', error);
    });
    return { ring: new KeyRing(Array.from(found.values(), ({ key }) => key)), unusable };
  }

  async #write(algorithm: Algorithm, times: RingTimes): Promise<ListedKey> {
    const { kid, text } = await makeRingKey(algorithm, times);
    await writeKeyFile(this.#folder, kid, text).catch((error: unknown) => {
      throw this.#refuse('written', error);
    });
    const { ring } = await this.#read();
    const key = ring.keys.find((other) => other.kid === kid);
    if (key === undefined)
      throw new KeyRingError(`The key ${kid} was removed in the meantime. \`keys list\` shows those there are.`);
    return ring.show(key, this.#clock());
  }

  async #remove(keys: readonly RingKey[]): Promise<void> {
    for (const { kid } of keys) {
      await removeKeyFile(this.#folder, kid).catch((error: unknown) => {
        throw this.#refuse('written', error);
      });
    }
  }

  #refuse(what: 'read' | 'written', cause: unknown): KeyRingError {
    const problem = cause instanceof Error ? cause.message : String(cause);
    return new KeyRingError(
      `JWT_KEYS_DIR: ${this.#folder} cannot be ${what}: ${problem}; expected a folder that this user can ${what === 'read' ? 'read' : 'write'}.`,
      { cause },
    );
  }
}
