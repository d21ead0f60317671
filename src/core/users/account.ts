import { createHash } from 'node:crypto';
import type { Hooks, User } from '../../contracts/hooks.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { UserRecord } from '../../contracts/store/store.ts';

/** A user without the secrets. */
export function toUser(record: UserRecord): User {
  const { passwordHash: _hash, usernameKey: _key, formerHashClaim: _claim, sessionlessAfter: _after, ...user } = record;
  return user;
}

/** simplejwt's user authentication rule: may this user sign in and refresh? */
export async function isAllowed(
  record: UserRecord,
  { hooks, settings }: { readonly hooks: Hooks; readonly settings: Settings },
): Promise<boolean> {
  if (hooks.userAuthenticationRule !== undefined) return hooks.userAuthenticationRule(toUser(record));
  return record.isActive || !settings.checkUserIsActive;
}

/** Whether guarded fields refuse a user because they are disabled. */
export function isRefused({ isActive }: Pick<User, 'isActive'>, { checkUserIsActive }: Settings): boolean {
  return checkUserIsActive && !isActive;
}

/** The claim of simplejwt's tokens that a change of the password makes wrong; its `get_md5_hash_password`. */
export function hashClaim(passwordHash: string): string {
  return createHash('md5').update(passwordHash, 'utf8').digest('hex').toUpperCase();
}

/**
 * Whether a claim was made since the password was changed last: it is ours, or Django's of the hash that is stored or was,
 * before an upgrade. An account of Django that goes on there has the latter.
 */
export function isClaimOfPassword(claim: unknown, user: UserRecord): boolean {
  if (typeof claim !== 'string') return false;
  return [passwordFingerprint(user), user.formerHashClaim, hashClaim(user.passwordHash)].includes(claim);
}

/** The value of the claim that a password change makes wrong; it tells nothing about the password. */
export function passwordFingerprint(user: UserRecord | User): string {
  return createHash('sha256').update(`${user.id} ${user.passwordChangedAt.toISOString()}`).digest('hex').slice(0, 32);
}
