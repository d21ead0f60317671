import { InvalidInput } from '../../contracts/errors.ts';
import { newId } from '../../contracts/claims.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { Insertion, UserRecord } from '../../contracts/store/store.ts';
import { usernameKey } from '../../contracts/username-key.ts';
import { newEmail } from './email.ts';
import { givenUserId } from './user-id.ts';
import { newUsername } from './username.ts';

/** What a new account needs; `id` only where it comes from another system. */
export interface NewUser {
  readonly username: string;
  readonly password: string;
  readonly id?: string;
  /** Default: false. */
  readonly isAdmin?: boolean;
  /** Its address, which is taken for theirs without a link. */
  readonly email?: string;
}

/** The same, before there is a password. */
export interface NewAccount extends Omit<NewUser, 'password'> {
  /** Whether the address stays nobody's until a link comes back from it. Default: false. */
  readonly isEmailOpen?: boolean;
}

/**
 * The record of a new account.
 *
 * @throws InvalidInput
 */
export function newAccount(
  given: NewAccount,
  passwordHash: string,
  now: Date,
  settings: Pick<Settings, 'email'>,
): UserRecord {
  const { id = newId(), isAdmin = false, email, isEmailOpen = false } = given;
  if (email !== undefined && !settings.email) {
    throw new InvalidInput(
      'email',
      'Accounts have no e-mail address, because EMAIL is off on this server. Leave it out.',
    );
  }
  const username = newUsername(given.username);
  const address = email === undefined ? null : newEmail(email);
  return {
    id: givenUserId(id),
    username,
    usernameKey: usernameKey(username),
    passwordHash,
    passwordChangedAt: now,
    isActive: true,
    isAdmin,
    lastLogin: null,
    createdAt: now,
    ...(address && { email: address.email, emailVerified: false }),
    ...(address && !isEmailOpen && { emailKey: address.emailKey }),
  };
}

/** @throws InvalidInput if another account has one of its names */
export function expectInserted(outcome: Insertion): void {
  switch (outcome) {
    case 'inserted':
      return;
    case 'id_taken':
      throw new InvalidInput('id', 'A user with that id already exists.');
    case 'username_taken':
      throw new InvalidInput('username', 'A user with that username already exists.', 'username_taken');
    case 'email_taken':
      throw new InvalidInput('email', 'A user with that e-mail address already exists.', 'email_taken');
  }
}
