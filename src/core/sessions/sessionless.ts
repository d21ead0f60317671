import type { VerifiedToken } from '../../contracts/claims.ts';
import type { RevocationReason, UserRecord } from '../../contracts/store/store.ts';

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
