import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../contracts/clock.ts';
import { InvalidInput } from '../../contracts/errors.ts';
import type { Hooks } from '../../contracts/hooks.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { LinkPurpose, LinkRecord, Store, UserRecord } from '../../contracts/store/store.ts';
import { trimmed } from '../../contracts/request-text.ts';
import { isAllowed } from '../sessions/standing.ts';

/** 256 bits: nobody guesses one. */
const TOKEN_BYTES = 32;
const TOKEN = /^[\w-]{43}$/;

/** How long links work, in seconds. */
export const LINK_LIFETIMES: Readonly<Record<LinkPurpose, number>> = {
  password_reset: 30 * 60,
  email_verify: 24 * 60 * 60,
  invitation: 7 * 24 * 60 * 60,
};

/** What links are made of. */
export interface LinkParts {
  readonly store: Store;
  readonly settings: Settings;
  readonly hooks: Hooks;
  readonly clock: Clock;
}

/** A link that was opened, and the account it was made for. */
export interface OpenedLink {
  readonly link: LinkRecord;
  readonly user: UserRecord;
}

/**
 * Links in mails. Of a token the store has a digest. A link works once, for a time, and for as long as its account has the password
 * and the address that it had.
 */
export class Links {
  readonly #parts: LinkParts;

  constructor(parts: LinkParts) {
    this.#parts = parts;
  }

  /** Makes a link, and resolves to its token. */
  async issue(purpose: LinkPurpose, user: UserRecord, email: string): Promise<string> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const expiresAt = new Date(this.#parts.clock() + LINK_LIFETIMES[purpose] * 1000);
    const link = { name: nameOf(token), purpose, userId: user.id, email, bond: bondOf(user), expiresAt };
    await this.#parts.store.links.insert(link);
    return token;
  }

  /**
   * What a token stands for. It may still be used after that.
   *
   * @throws InvalidInput if it is not good, or not for that
   */
  async open(given: string, purposes: readonly LinkPurpose[]): Promise<OpenedLink> {
    const token = trimmed(given);
    const link = TOKEN.test(token) ? await this.#parts.store.links.find(nameOf(token)) : null;
    if (link === null || !purposes.includes(link.purpose) || link.expiresAt.getTime() <= this.#parts.clock()) {
      throw linkNotValid();
    }
    const user = await this.#parts.store.users.findById(link.userId);
    if (user === null || bondOf(user) !== link.bond || !(await isAllowed(user, this.#parts))) throw linkNotValid();
    return { link, user };
  }

  /**
   * Uses a link, for good.
   *
   * @throws InvalidInput if somebody else was quicker
   */
  async redeem({ name }: LinkRecord): Promise<void> {
    if (!(await this.#parts.store.links.take(name))) throw linkNotValid();
  }

  /** Makes all links of an account worthless. */
  async revokeAll(userId: string): Promise<void> {
    await this.#parts.store.links.deleteOfUser(userId);
  }
}

/** Which of these is the case is not told: without a good link, nobody learns anything of an account. */
export const linkNotValid = () =>
  new InvalidInput(
    'token',
    'This link is not valid: it was used, has expired, or was made before the account changed. Ask for a new one.',
    'link_not_valid',
  );

const nameOf = (token: string): string => createHash('sha256').update(token).digest('base64url');

/** A digest of the password hash and the address of an account: a change of either makes another. */
export const bondOf = ({ id, passwordHash, emailKey }: UserRecord): string =>
  createHash('sha256')
    .update(JSON.stringify([id, passwordHash, emailKey ?? null]))
    .digest('base64url');
