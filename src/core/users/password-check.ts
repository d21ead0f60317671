import { Overloaded } from '../../contracts/errors.ts';
import type { Store, UserRecord } from '../../contracts/store/store.ts';
import { trimmed } from '../../contracts/request-text.ts';
import { hashClaim } from '../sessions/account.ts';
import type { PasswordHasher } from './password-hasher.ts';

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
