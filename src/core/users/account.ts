import { createHash } from 'node:crypto';
import type { Hooks, User } from '../../contracts/hooks.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { UserRecord } from '../../contracts/store/store.ts';

/** A user without the secrets. */
export function toUser({ passwordHash: _hash, usernameKey: _key, ...user }: UserRecord): User {
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

/** The value of the claim that a password change makes wrong; it tells nothing about the password. */
export function passwordFingerprint(user: UserRecord | User): string {
  return createHash('sha256').update(`${user.id} ${user.passwordChangedAt.toISOString()}`).digest('hex').slice(0, 32);
}
