import type { Token, VerifiedToken } from '../../contracts/claims.ts';
import { PasswordChanged, UserInactive, UserNotFound } from '../../contracts/errors.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { UserRecord } from '../../contracts/store/store.ts';
import { isOlderThanPassword } from '../sessions/sessionless.ts';
import { isClaimOfPassword, isRefused } from '../users/account.ts';
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
export function expectPasswordUnchanged(token: VerifiedToken, user: UserRecord, settings: Settings): void {
  if (!isOfPassword(token, user, settings)) throw new PasswordChanged();
}

/** What simplejwt's `get_md5_hash_password` makes. */
const CLAIM_OF_DJANGO = /^[\dA-F]{32}$/;

/** A token of elsewhere that has simplejwt's claim is judged by it, and one that has none by its age. */
function isOfPassword(token: VerifiedToken, user: UserRecord, settings: Settings): boolean {
  const claim = token.claims[settings.revokeTokenClaim];
  const isOfElsewhere = token.sessionId === null;
  const isOfDjango = isOfElsewhere && typeof claim === 'string' && CLAIM_OF_DJANGO.test(claim);
  if (settings.checkRevokeToken || isOfDjango) return isClaimOfPassword(claim, user);
  return !isOfElsewhere || !isOlderThanPassword(token, user);
}
