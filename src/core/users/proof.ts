import { InvalidInput, NoActiveAccount } from '../../contracts/errors.ts';
import type { Client } from '../../contracts/client.ts';
import type { Clock } from '../../contracts/clock.ts';
import type { Hooks } from '../../contracts/hooks.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { Authentication, Store, UserRecord } from '../../contracts/store/store.ts';
import { isAllowed } from '../sessions/standing.ts';
import type { PasswordCheck } from './password-check.ts';
import { checkPassword } from './password-policy.ts';
import { expectWhole } from './whole-record.ts';

/** What signed-in users prove who they are with. */
export interface Credentials {
  readonly password: string;
  /** Of their second factor, where they have one. */
  readonly code?: string | null | undefined;
}

/** Checks codes of second factors. */
export interface CodeCheck {
  /** Whether the user has a second factor, and so needs a code. */
  isNeeded(userId: string): Promise<boolean>;
  /**
   * Accepts a code once. Resolves to the ways of RFC 8176 in which the user has proved who they are with it.
   *
   * @throws InvalidInput if it is wrong, or was used before; Throttled
   */
  accept(user: Pick<UserRecord, 'id' | 'usernameKey'>, code: string, client: Client): Promise<readonly string[]>;
}

/** What it is made of. */
export interface ProofParts {
  readonly store: Store;
  readonly settings: Settings;
  readonly hooks: Hooks;
  readonly clock: Clock;
  readonly passwords: PasswordCheck;
  /** Left out where there are no second factors. */
  readonly codes?: CodeCheck | null | undefined;
}

/** A user who has proved who they are, and how. */
export interface Proven {
  readonly record: UserRecord;
  readonly authentication: Authentication;
}

/** Has signed-in users prove who they are, so that a stolen session alone changes nothing that matters. */
export class Proof {
  readonly #parts: ProofParts;

  constructor(parts: ProofParts) {
    this.#parts = parts;
  }

  /**
   * Checks the password and, of a user with a second factor, a code. No code is used up by a wrong password.
   *
   * @throws InvalidInput, Throttled, NoActiveAccount, Overloaded, StoreUnavailable
   */
  async prove(userId: string, { password, code }: Credentials, client: Client): Promise<Proven> {
    const { store, passwords, codes, clock } = this.#parts;
    checkPassword('password', password);
    const isCodeNeeded = (await codes?.isNeeded(userId)) ?? false;
    if (isCodeNeeded && (code == null || code === '')) {
      throw new InvalidInput('code', 'This field is required: the account has a second factor.');
    }
    const record = await store.users.findById(userId);
    if (record === null || !(await isAllowed(record, this.#parts))) throw new NoActiveAccount();
    if ((await passwords.rightSpelling(password, record.passwordHash)) === null) {
      expectWhole(record, record.usernameKey);
      throw new InvalidInput('password', 'This password is wrong.', 'wrong_password');
    }
    const methods = isCodeNeeded && codes ? await codes.accept(record, code ?? '', client) : ['pwd'];
    return { record, authentication: { at: new Date(clock()), methods } };
  }
}
