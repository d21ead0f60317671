import type { ErrorReason } from '../../src/contracts/errors.ts';

/** Reasons for which the server ends a session or refuses to refresh, in words for its user. */
const ENDED: Partial<Readonly<Record<ErrorReason, string>>> = {
  token_expired: 'its refresh token has expired.',
  token_blacklisted: 'it was signed out elsewhere or by an admin, or ended because its refresh token was used twice.',
  token_not_valid: 'the server does not know its refresh token any more.',
  session_revoked: 'it was signed out elsewhere or by an admin, or has reached its end.',
  password_changed: 'the password was changed. Sign in with the new one.',
  no_active_account: 'the account is not active. Ask an admin to activate it.',
  user_inactive: 'the account is not active. Ask an admin to activate it.',
  user_not_found: 'the account does not exist any more.',
};

const isKnown = (reason: string): reason is keyof typeof ENDED => reason in ENDED;

/** The message for a user who is no longer signed in; null if nobody was. */
export function whySignedOut(reason: string | null, wasServerTold: boolean): string | null {
  if (reason === null) return null;
  if (reason !== 'signed_out')
    return `Your session has ended: ${isKnown(reason) ? ENDED[reason] : `the server says ${reason}. Sign in again.`}`;
  if (wasServerTold) return 'You are signed out.';
  return 'You are signed out here. The server did not answer, so your session stays open there until it expires.';
}
