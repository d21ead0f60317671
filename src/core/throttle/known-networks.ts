import { createHash } from 'node:crypto';
import { networkOf } from '../../contracts/client-address.ts';
import type { Clock } from '../../contracts/clock.ts';
import type { Store } from '../../contracts/store/store.ts';
import type { Visit } from './attempt.ts';
import type { Secret } from './budgets.ts';

const DAY_MS = 86_400_000;
/** How long a network stays known after a sign-in. */
const MEMORY_MS = 90 * DAY_MS;

/** What it is made of. */
export interface KnownNetworkParts {
  readonly store: Store;
  readonly clock: Clock;
}

/**
 * The networks from which an account signed in before (NIST SP 800-63B-4 3.2.2). Strangers elsewhere who guess at its password
 * must not keep its owner out there.
 */
export class KnownNetworks {
  readonly #parts: KnownNetworkParts;

  constructor(parts: KnownNetworkParts) {
    this.#parts = parts;
  }

  async has(account: string, address: string | null, by: Secret): Promise<boolean> {
    const record = await this.#parts.store.attempts.find(nameOf(account, address, by));
    return record !== null && record.expiresAt.getTime() > this.#parts.clock();
  }

  /** Notes a sign-in that was let through: by a code, for both halves of it. */
  async noteSuccess({ operation, account, knownAs = null, client: { ipAddress } }: Visit): Promise<void> {
    if (account === undefined) return;
    if (operation === 'sign_in') return this.note(account, ipAddress, 'password');
    await this.note(account, ipAddress, 'code');
    if (knownAs !== null) await this.note(knownAs, ipAddress, 'password');
  }

  /** Notes a sign-in: one write for each network in half the time that it stays known. */
  async note(account: string, address: string | null, by: Secret): Promise<void> {
    const { attempts } = this.#parts.store;
    const name = nameOf(account, address, by);
    const now = this.#parts.clock();
    const found = await attempts.find(name);
    if (found !== null && found.expiresAt.getTime() > now + MEMORY_MS / 2) return;
    // Where another was quicker, it noted the same.
    await attempts.replace(found, { name, count: 1, nextAt: new Date(now), expiresAt: new Date(now + MEMORY_MS) });
  }
}

/**
 * Without the signing key, so that a rotation does not make owners strangers. Of what was typed only names of accounts come
 * here, as their passwords were right; and sessions hold the same addresses.
 */
function nameOf(account: string, address: string | null, by: Secret): string {
  const about = [networkOf(address), account, ...(by === 'code' ? [by] : [])];
  return createHash('sha256')
    .update(`known ${JSON.stringify(about)}`)
    .digest('base64url');
}
