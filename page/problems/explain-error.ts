import { TokenRequestError } from '../../src/client/index.ts';
import type { ErrorReason } from '../../src/contracts/errors.ts';

const SIGN_IN_AGAIN = 'Sign out, and sign in again.';
const OLD_PAGE = 'This page may be older than the server: load it again.';

/** What to do, after the server's words; nothing where they say it themselves. Every reason has a line here. */
const ADVICE: Readonly<Record<ErrorReason, string>> = {
  not_authenticated: SIGN_IN_AGAIN,
  bad_authorization_header: `Something between this page and the server changes the header. ${OLD_PAGE}`,
  token_not_valid: SIGN_IN_AGAIN,
  token_expired: SIGN_IN_AGAIN,
  token_wrong_type: 'The server wants another type of token (JWT_AUTH_TOKEN_CLASSES) than this page has.',
  token_blacklisted: SIGN_IN_AGAIN,
  session_revoked: SIGN_IN_AGAIN,
  no_active_account: 'Check name and password. If they are right, ask an admin whether the account is active.',
  user_not_found: SIGN_IN_AGAIN,
  user_inactive: 'Ask an admin to activate the account.',
  password_changed: 'Sign in with the new one.',
  second_factor_required: '',
  challenge_not_valid: '',
  step_up_required: `Your sign-in is too long ago for this. ${SIGN_IN_AGAIN}`,
  dpop_proof_required: 'This page has no key to prove: the server wants one (JWT_DPOP), so use another client.',
  dpop_proof_not_valid: 'Compare the clock of this device with that of the server.',
  use_dpop_nonce: OLD_PAGE,
  permission_denied: 'Only an admin can do this. Ask an admin.',
  own_account: '',
  origin_not_allowed: '',
  invalid_input: '',
  wrong_password: '',
  wrong_code: '',
  invalid_username: '',
  username_taken: '',
  password_too_weak: '',
  session_not_found: '',
  invalid_email: '',
  email_taken: '',
  link_not_valid: '',
  throttled: '',
  overloaded: '',
  store_unavailable: '',
};

/** What happened, what was expected and what to do, as text for the page. */
export function explainError(error: unknown): string {
  if (!(error instanceof TokenRequestError)) return error instanceof Error ? error.message : String(error);
  const { message, reason, outcome } = error;
  const advice = reason === null ? (outcome === 'failed' ? OLD_PAGE : '') : (ADVICE[reason] ?? OLD_PAGE);
  return advice === '' ? message : `${message.replace(/[^.]$/, '$&.')} ${advice}`;
}
