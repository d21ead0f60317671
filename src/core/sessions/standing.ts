import { createHash } from 'node:crypto';
import { isOurRefreshId, toNumericDate, type Token, type VerifiedToken } from '../../contracts/claims.ts';
import type { Clock } from '../../contracts/clock.ts';
import { PasswordChanged, UserInactive, UserNotFound } from '../../contracts/errors.ts';
import type { Hooks, User } from '../../contracts/hooks.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { RevocationReason, SessionRecord, Store, UserRecord } from '../../contracts/store/store.ts';
import { usernameKey } from '../../contracts/username-key.ts';
import { isReplayable } from './replays.ts';
import { endOfSessionless, isClaimOfPassword, isOlderThanPassword, toUser } from './account.ts';

/**
 * How a verified token stands in its session, or in the blacklist if it has none, and the account it names:
 * - `usable`: nothing speaks against it;
 * - `replayable`: the immediate predecessor of the current token, if it is still answered;
 * - `superseded`: any other former token of a live session: a second party holds it;
 * - `blacklisted`: named in the blacklist, or of a session that has ended, is unknown, or is of another account.
 */
export type Standing = { readonly user: UserRecord | null } & (
  | { readonly state: 'usable'; readonly session: SessionRecord | null }
  | { readonly state: 'replayable' | 'superseded'; readonly session: SessionRecord }
  /** `ended`: why its session was ended, if it was. */
  | { readonly state: 'blacklisted'; readonly ended: RevocationReason | null }
);

/** What simplejwt's `get_md5_hash_password` makes. */
const CLAIM_OF_DJANGO = /^[\dA-F]{32}$/;

/** What the question needs. */
export interface StandingParts {
  readonly store: Store;
  readonly settings: Settings;
  readonly clock: Clock;
}

/**
 * How a verified token stands. A token of a session costs one read; an access token of none, only that of its user.
 *
 * @throws StoreUnavailable
 */
export async function standingOf(token: VerifiedToken, parts: StandingParts): Promise<Standing> {
  const { store, settings } = parts;
  if (token.sessionId === null) return standingAlone(token, parts);
  if (token.userId !== null && settings.userIdField === 'id') {
    const { session, user } = await store.sessions.findWithUser(token.sessionId, token.userId);
    return judgeOf(token, session, user, parts);
  }
  const [session, user] = await Promise.all([store.sessions.find(token.sessionId), findUser(token, parts)]);
  return judgeOf(token, session, user, parts);
}

/**
 * Also a token that another server of simplejwt made of one of this session, where both refresh: our `sid`, a jti that we neither
 * made nor saw, and newer than our current one.
 */
async function judgeOf(
  token: VerifiedToken,
  session: SessionRecord | null,
  user: UserRecord | null,
  parts: StandingParts,
): Promise<Standing> {
  const standing = judge(token, session, user, parts);
  if (standing.state !== 'superseded' || token.jti === null || !isOfElsewhere(token, standing.session, parts))
    return standing;
  const entry = await parts.store.blacklist.find(token.jti);
  if (entry === null) return { state: 'usable', session: standing.session, user };
  // Another request may have been first, and this one read the session before.
  return judge(token, await parts.store.sessions.find(standing.session.id), user, parts);
}

function isOfElsewhere(
  { type, jti, issuedAt }: VerifiedToken,
  { previousJti, rotatedAt }: SessionRecord,
  { settings }: StandingParts,
): boolean {
  const isRefresh = type === 'refresh' || (type === null && settings.tokenTypeClaim === null);
  if (!isRefresh || jti === null || jti === previousJti || isOurRefreshId(jti)) return false;
  return issuedAt !== null && issuedAt >= toNumericDate(rotatedAt);
}

/** Of a token without `sid`, the blacklist decides, or the session that its first refresh here started. */
async function standingAlone(token: VerifiedToken, parts: StandingParts): Promise<Standing> {
  const reading = findUser(token, parts);
  // Access tokens are in no blacklist: they end by themselves, or with their session.
  if (token.jti === null || token.type === 'access') return judgeAlone(token, await reading);
  const [[entry, session], user] = await Promise.all([findTraces(token.jti, parts), reading]);
  // An entry for what was not refreshed here yet is that of a sign-out, which did not see the session.
  if (session !== null && !(entry !== null && isImported(session))) return judge(token, session, user, parts);
  return entry === null ? judgeAlone(token, user) : { state: 'blacklisted', ended: null, user };
}

function judgeAlone(token: VerifiedToken, user: UserRecord | null): Standing {
  const ended = user === null ? null : endOfSessionless(token, user);
  return ended === null ? { state: 'usable', session: null, user } : { state: 'blacklisted', ended, user };
}

async function findTraces(jti: string, { store }: StandingParts) {
  // In this order: an exchange makes the session first, so an entry without one was not made by an exchange.
  const entry = await store.blacklist.find(jti);
  return [entry, await store.sessions.find(adoptedId(jti))] as const;
}

async function findUser({ userId }: VerifiedToken, { store, settings }: StandingParts): Promise<UserRecord | null> {
  if (userId === null) return null;
  return settings.userIdField === 'id'
    ? store.users.findById(userId)
    : store.users.findByUsernameKey(usernameKey(userId));
}

function judge(
  token: VerifiedToken,
  session: SessionRecord | null,
  user: UserRecord | null,
  { settings, clock }: StandingParts,
): Standing {
  const now = clock();
  if (session === null || !isLive(session, now, settings)) {
    return { state: 'blacklisted', ended: session?.revokedReason ?? null, user };
  }
  // The name of the token's account may have been another account's before.
  if (user !== null && session.userId !== user.id) return { state: 'blacklisted', ended: null, user };
  const everyTokenCounts = token.type === 'access' || !settings.blacklistAfterRotation;
  if (session.jti === token.jti || everyTokenCounts) return { state: 'usable', session, user };
  const isReplay = session.previousJti === token.jti && isReplayable(session, now, settings);
  return { state: isReplay ? 'replayable' : 'superseded', session, user };
}

function isLive({ revokedAt, expiresAt }: SessionRecord, now: number, { leeway }: Settings): boolean {
  return revokedAt === null && expiresAt.getTime() > now - leeway * 1000;
}

/** Whether a session is an outstanding token of elsewhere that was imported, and not refreshed here yet. */
export const isImported = ({ id, jti }: Pick<SessionRecord, 'id' | 'jti'>): boolean => id === adoptedId(jti);

/** The id of the session that a token without `sid` starts by being refreshed here. */
export const adoptedId = (jti: string): string =>
  createHash('sha256').update(`session of ${jti}`).digest('hex').slice(0, 32);

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

/**
 * The user of a token that is presented to prove who its holder is.
 *
 * @throws UserNotFound, UserInactive, PasswordChanged
 */
export function expectHolder(token: Token, user: UserRecord | null, settings: Settings): UserRecord {
  if (user === null) throw new UserNotFound();
  if (isRefused(user, settings)) throw new UserInactive();
  expectPasswordUnchanged(token, user, settings);
  return user;
}

/** @throws PasswordChanged */
export function expectPasswordUnchanged(token: VerifiedToken, user: UserRecord, settings: Settings): void {
  if (!isOfPassword(token, user, settings)) throw new PasswordChanged();
}

/** A token of elsewhere that has simplejwt's claim is judged by it, and one that has none by its age. */
function isOfPassword(token: VerifiedToken, user: UserRecord, settings: Settings): boolean {
  const claim = token.claims[settings.revokeTokenClaim];
  const isOfElsewhere = token.sessionId === null;
  const isOfDjango = isOfElsewhere && typeof claim === 'string' && CLAIM_OF_DJANGO.test(claim);
  if (settings.checkRevokeToken || isOfDjango) return isClaimOfPassword(claim, user);
  return !isOfElsewhere || !isOlderThanPassword(token, user);
}
