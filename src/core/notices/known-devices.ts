import { createHash } from 'node:crypto';
import type { Clock } from '../../contracts/clock.ts';
import type { Store } from '../../contracts/store/store.ts';

const DAY_MS = 86_400_000;
/** How long a device stays known after a sign-in. */
const MEMORY_MS = 180 * DAY_MS;
/** In place of a device: that the account has signed in at all. */
const ANY = '(any)';

/** What it is made of. */
export interface KnownDeviceParts {
  readonly store: Store;
  readonly clock: Clock;
}

/** The devices with which an account signed in before, by the family of their user agent: a new version is no new device. */
export class KnownDevices {
  readonly #parts: KnownDeviceParts;

  constructor(parts: KnownDeviceParts) {
    this.#parts = parts;
  }

  /**
   * Whether a device was never seen at this account, and notes it. At an account of which nothing is known yet, none is new: the
   * first sign-in of a user is no news, nor is the first since devices are noted.
   */
  async isNew(userId: string, userAgent: string | null): Promise<boolean> {
    const family = (userAgent ?? '').replaceAll(/\d[\d._]*/g, '');
    const [isKnown, hasAny] = [await this.#see(userId, family), await this.#see(userId, ANY)];
    return hasAny && !isKnown;
  }

  /** Whether it was seen before; from now on it was. */
  async #see(userId: string, family: string): Promise<boolean> {
    const { attempts } = this.#parts.store;
    const now = this.#parts.clock();
    const name = createHash('sha256')
      .update(`device ${JSON.stringify([userId, family])}`)
      .digest('base64url');
    const found = await attempts.find(name);
    const end = found?.expiresAt.getTime() ?? 0;
    if (end < now + MEMORY_MS / 2) {
      // Where another was quicker, it noted the same.
      await attempts.replace(found, { name, count: 1, nextAt: new Date(now), expiresAt: new Date(now + MEMORY_MS) });
    }
    return end > now;
  }
}
