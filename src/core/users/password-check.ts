import { InvalidInput, Overloaded } from '../../contracts/errors.ts';
import type { Store, UserRecord } from '../../contracts/store/store.ts';
import { trimmed } from '../../contracts/request-text.ts';
import { hashClaim } from '../sessions/account.ts';
import type { PasswordHasher } from './password-hasher.ts';
import { expectWhole } from './whole-record.ts';

/** Which account a password is of, and how it was typed; `right` is null where it is of none. */
export interface PasswordHolder {
  readonly record: UserRecord | null;
  readonly right: string | null;
}

/** What checking needs. */
export interface PasswordCheckParts {
  readonly store: Store;
  readonly hasher: PasswordHasher;
}

/** Checks passwords as people type them, and brings their hashes up to date. */
export class PasswordCheck {
  readonly #parts: PasswordCheckParts;

  constructor(parts: PasswordCheckParts) {
    this.#parts = parts;
  }

  /**
   * The password as it was typed, or without white space around it (NIST SP 800-63B-4 3.1.1.2); null if neither is right.
   *
   * @throws Overloaded
   */
  async rightSpelling(password: string, hash: string | undefined): Promise<string | null> {
    let right: string | null = null;
    // Both, whichever is right: how long it takes must not tell of an inactive user's password.
    for (const spelling of new Set([trimmed(password), password])) {
      if (await this.#parts.hasher.verify(spelling, hash)) right = spelling;
    }
    return right;
  }

  /**
   * The first of these accounts whose password it is. Where there are none, the same work is done as for one.
   *
   * @throws Overloaded
   */
  async holderOf(password: string, [first, ...others]: readonly UserRecord[]): Promise<PasswordHolder> {
    const right = await this.rightSpelling(password, first?.passwordHash);
    if (right !== null) return { record: first ?? null, right };
    for (const record of others) {
      const right = await this.rightSpelling(password, record.passwordHash);
      if (right !== null) return { record, right };
    }
    return { record: first ?? null, right: null };
  }

  /** @throws InvalidInput if it is not the current password of this account, Overloaded, StoreUnavailable */
  async expectRight(record: UserRecord, password: string): Promise<void> {
    if ((await this.rightSpelling(password, record.passwordHash)) !== null) return;
    expectWhole(record, record.usernameKey);
    throw wrongPassword();
  }

  /**
   * Stores another hash of a password that was right, where the one of the record is of another format or cost.
   *
   * @throws StoreUnavailable
   */
  async upgrade({ id, passwordHash, formerHashClaim }: UserRecord, password: string): Promise<void> {
    if (!this.#parts.hasher.needsRehash(passwordHash)) return;
    try {
      const upgraded = await this.#parts.hasher.hash(password);
      // Tokens of Django that are in use have the claim of the hash that goes: without it, none could be told from a dead one.
      const facts = { formerHashClaim: formerHashClaim ?? hashClaim(passwordHash) };
      await this.#parts.store.users.replacePasswordHash(id, passwordHash, upgraded, facts);
    } catch (error) {
      if (!(error instanceof Overloaded)) throw error; // a later sign-in will do
    }
  }
}

export const wrongPassword = () =>
  new InvalidInput('currentPassword', 'Your old password was entered incorrectly. Please enter it again.');
