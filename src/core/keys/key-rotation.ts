import type { Clock } from '../../contracts/clock.ts';
import { InvalidInput } from '../../contracts/errors.ts';
import type { Actor, Events } from '../../contracts/events.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import { KeyKeeper } from './key-keeper.ts';
import type { ListedKey } from './key-ring.ts';
import { KeyRingError } from './ring-key.ts';

/** Seconds between publishing a key and signing with it, as the command has it: others learn of the key in time. */
const ACTIVATE_AFTER = 600;

/** What it works with. */
export interface KeyRotationParts {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly events: Events;
  readonly report: (error: unknown) => void;
}

/** Rotates the ring for admins, as the command `keys rotate` does. */
export class KeyRotation {
  readonly #parts: KeyRotationParts;

  constructor(parts: KeyRotationParts) {
    this.#parts = parts;
  }

  /**
   * Publishes a key that signs after ten minutes. Resolves to all keys.
   *
   * @throws InvalidInput while the latest key waits to sign, as asking again and again would fill the folder; and where the server
   * has no ring, or cannot change it
   */
  async rotate(by: Actor & { readonly actorId: string }): Promise<readonly ListedKey[]> {
    const { settings, clock, events, report } = this.#parts;
    try {
      const keeper = new KeyKeeper(settings, clock);
      const { keys } = await keeper.list();
      if (keys.some(({ state }) => state === 'published')) {
        throw new InvalidInput('keys', 'A new key waits to sign already. Rotate again when it signs.');
      }
      await keeper.rotate({ activateAfter: ACTIVATE_AFTER });
      events.audit('key_rotated', { ...by, userId: by.actorId });
      return (await keeper.list()).keys;
    } catch (error) {
      if (!(error instanceof KeyRingError)) throw error;
      report(error); // it names a folder of the server
      const remedy = 'The log of the server says why. The first key is made with `keys generate`.';
      throw new InvalidInput('keys', `The server cannot change its key ring. ${remedy}`);
    }
  }
}
