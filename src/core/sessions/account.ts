import { createHash } from 'node:crypto';
import type { VerifiedToken } from '../../contracts/claims.ts';
import type { User } from '../../contracts/hooks.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { RevocationReason, UserRecord } from '../../contracts/store/store.ts';

/** A user without the secrets. */
export function toUser(record: UserRecord): User {
  const { passwordHash: _hash, usernameKey: _key, formerHashClaim: _claim, sessionlessAfter: _after, ...rest } = record;
  const { emailKey: _emailKey, ...user } = rest;
  return user;
}

/** The roles of a user: `ADMIN` of admins, and those they were given where roles are on. */
export function rolesOf({ isAdmin, roles = [] }: User, settings: Pick<Settings, 'roles'>): readonly string[] {
  return [...(isAdmin ? ['ADMIN'] : []), ...(settings.roles ? roles : [])];
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

type Issued = Pick<VerifiedToken, 'issuedAt'>;

/** `iat` is in whole seconds, so a token of the same second counts as older. One that does not say when is older, too. */
const isIssuedBy = ({ issuedAt }: Issued, moment: Date): boolean =>
  issuedAt === null || issuedAt * 1000 <= moment.getTime();

/** Whether a token of no session was issued before the password was changed here. Of an account that was imported, or never changed it, none is. */
export function isOlderThanPassword(token: Issued, { passwordChangedAt, createdAt }: UserRecord): boolean {
  return passwordChangedAt.getTime() !== createdAt.getTime() && isIssuedBy(token, passwordChangedAt);
}

/** Why a token of no session has ended together with the sessions of its user; null if it has not. */
export function endOfSessionless(token: Issued, user: UserRecord): RevocationReason | null {
  if (user.sessionlessAfter === undefined || !isIssuedBy(token, user.sessionlessAfter)) return null;
  if (isOlderThanPassword(token, user)) return 'password_changed';
  return user.isActive ? 'revoked' : 'user_disabled';
}
