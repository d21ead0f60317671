import type { Token } from '../../contracts/claims.ts';
import { PasswordChanged, UserInactive, UserNotFound } from '../../contracts/errors.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { UserRecord } from '../../contracts/store/store.ts';
import { isRefused, passwordFingerprint } from '../users/account.ts';
import { expectUserId } from './expectations.ts';

/**
 * The user of a token that is presented to prove who its holder is.
 *
 * @throws TokenInvalid, UserNotFound, UserInactive, PasswordChanged
 */
export function expectHolder(token: Token, user: UserRecord | null, settings: Settings): UserRecord {
  expectUserId(token);
  if (user === null) throw new UserNotFound();
  if (isRefused(user, settings)) throw new UserInactive();
  expectPasswordUnchanged(token, user, settings);
  return user;
}

/** @throws PasswordChanged */
export function expectPasswordUnchanged({ claims }: Token, user: UserRecord, settings: Settings): void {
  const { checkRevokeToken, revokeTokenClaim } = settings;
  if (checkRevokeToken && claims[revokeTokenClaim] !== passwordFingerprint(user)) throw new PasswordChanged();
}
