import { isText, textOrNull } from './is-text.ts';
import type { AnsweredTokens } from './token-api.ts';

/** The tokens of one session, as a client holds them. */
export interface HeldTokens {
  readonly access: string;
  /** Null where a cookie holds it, out of reach of scripts. */
  readonly refresh: string | null;
  /** The session they belong to: the claim `sid`; null for tokens of other issuers, until they are refreshed here. */
  readonly sessionId: string | null;
  /** Stays the same while they are refreshed: `sessionId` at the sign-in or, for tokens of other issuers, a name made up then. */
  readonly chain: string;
  /** Counts what tabs have held, one after the other. The highest is the newest, whatever the clocks say. */
  readonly step: number;
  /** When they were received. Milliseconds since the epoch by the clock of this device, as the next two. */
  readonly receivedAt: number;
  /** When to refresh: a little before the end. */
  readonly refreshAt: number;
  /** When the access token expires. */
  readonly expiresAt: number;
}

/** Refresh this long before the end, or at three quarters of a short life. */
const MARGIN_MS = 30_000;
const FOREVER_MS = 1000 * 365 * 86_400_000;

/**
 * Tokens as they are kept. Their end is reckoned from how long the access token lives and when it came, so a device
 * whose clock is wrong refreshes in time all the same.
 *
 * @param spent those that were refreshed, if there were any; none after a sign-in
 * @param step more than that of all that was held before
 */
export function holdTokens(
  { access, refresh }: AnsweredTokens,
  receivedAt: number,
  spent: HeldTokens | null | undefined,
  step: number,
): HeldTokens {
  const { iat, exp, sid } = claimsOf(access);
  // RFC 7519 4.1. Without these claims only the server knows the expiry, and refuses the token then.
  const life = Number(exp) - Number(iat);
  const lifetime = life > 0 ? life * 1000 : FOREVER_MS;
  const expiresAt = receivedAt + lifetime;
  const refreshAt = expiresAt - Math.min(MARGIN_MS, lifetime / 4);
  const sessionId = textOrNull(sid);
  // What a cookie was refreshed to may be of somebody else, who has signed in.
  const isSame = spent?.refresh ?? spent?.sessionId === sessionId;
  const chain = (isSame && spent?.chain) || sessionId || newName();
  // Without rotation there is no successor: the refresh token stays.
  return {
    access,
    refresh: refresh ?? spent?.refresh ?? null,
    sessionId,
    chain,
    step,
    receivedAt,
    refreshAt,
    expiresAt,
  };
}

/** Whether to refresh them now. Where the clock was set back nobody knows their age: then, too. */
export const areDue = ({ refreshAt, receivedAt }: HeldTokens, now: number): boolean =>
  now >= refreshAt || now < receivedAt - MARGIN_MS;

/** Not `crypto.randomUUID`, which insecure origins and old platforms lack. It names; it keeps no secret. */
const newName = (): string => `${Math.random()}`;

/** The tokens that a value from outside is; null if it is none. Those of before there were chains get one. */
export function heldTokensIn(value: unknown): HeldTokens | null {
  const held = Object(value) as Partial<HeldTokens>;
  const { access, refresh, sessionId, chain = sessionId ?? access, step = 0, receivedAt, refreshAt, expiresAt } = held;
  const areNumbers = [step, receivedAt, refreshAt, expiresAt].every(Number.isFinite);
  const areTexts = [access, chain, refresh ?? '', sessionId ?? ''].every(isText);
  return areNumbers && areTexts ? ({ ...held, chain, step } as HeldTokens) : null;
}

/**
 * The claims of the token, if it can be decoded: another issuer's token may be opaque. Those that are read are ASCII, so
 * that bytes do for characters.
 */
export function claimsOf(access: string): Partial<Readonly<Record<'iat' | 'exp' | 'sid' | 'cnf', unknown>>> {
  try {
    const [, payload = ''] = access.split('.'); // base64url (RFC 7515 2)
    return JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) ?? {};
  } catch {
    return {};
  }
}
