/** Reasons of the server that mean something to its users. */
const ENDED: Readonly<Record<string, string>> = {
  token_expired: 'its refresh token has expired.',
  token_blacklisted: 'it was signed out elsewhere, or ended because its refresh token was used twice.',
  token_not_valid: 'the server does not know its refresh token any more.',
  password_changed: 'the password was changed.',
  no_active_account: 'the account is not active.',
};

/** What to say to somebody who is not signed in any more; null if nobody was. */
export function whySignedOut(reason: string | null, wasServerTold: boolean): string | null {
  if (reason === null) return null;
  if (reason !== 'signed_out') return `Your session has ended: ${ENDED[reason] ?? `the server says ${reason}.`}`;
  if (wasServerTold) return 'You are signed out.';
  return 'You are signed out here. The server did not answer, so your session lives until it runs out.';
}
