import { createHash } from 'node:crypto';
import type { VerifiedToken } from '../../contracts/claims.ts';
import type { Clock } from '../../contracts/clock.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { SessionRecord, Store, UserRecord } from '../../contracts/store/store.ts';
import { usernameKey } from '../../contracts/username-key.ts';
import { isReplayable } from './replays.ts';

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
  | { readonly state: 'blacklisted' }
);

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
    return judge(token, session, user, parts);
  }
  const [session, user] = await Promise.all([store.sessions.find(token.sessionId), findUser(token, parts)]);
  return judge(token, session, user, parts);
}

/** Of a token without `sid`, the blacklist decides, or the session that its first refresh here started. */
async function standingAlone(token: VerifiedToken, parts: StandingParts): Promise<Standing> {
  const reading = findUser(token, parts);
  // Access tokens are in no blacklist: they end by themselves, or with their session.
  if (token.jti === null || token.type === 'access') return { state: 'usable', session: null, user: await reading };
  const [[entry, adopted], user] = await Promise.all([findTraces(token.jti, parts), reading]);
  if (adopted !== null) return judge(token, adopted, user, parts);
  return entry === null ? { state: 'usable', session: null, user } : { state: 'blacklisted', user };
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
  if (session === null || !isLive(session, now, settings)) return { state: 'blacklisted', user };
  // The name of the token's account may have been another account's before.
  if (user !== null && session.userId !== user.id) return { state: 'blacklisted', user };
  const everyTokenCounts = token.type === 'access' || !settings.blacklistAfterRotation;
  if (session.jti === token.jti || everyTokenCounts) return { state: 'usable', session, user };
  const isReplay = session.previousJti === token.jti && isReplayable(session, now, settings);
  return { state: isReplay ? 'replayable' : 'superseded', session, user };
}

function isLive({ revokedAt, expiresAt }: SessionRecord, now: number, { leeway }: Settings): boolean {
  return revokedAt === null && expiresAt.getTime() > now - leeway * 1000;
}

/** The id of the session that a token without `sid` starts by being refreshed here. */
export const adoptedId = (jti: string): string =>
  createHash('sha256').update(`session of ${jti}`).digest('hex').slice(0, 32);
