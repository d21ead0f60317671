import { newId, newRefreshId } from '../../contracts/claims.ts';
import { kept } from '../../contracts/client-address.ts';
import type { Clock } from '../../contracts/clock.ts';
import { InvalidInput } from '../../contracts/errors.ts';
import type { Actor, Events } from '../../contracts/events.ts';
import type { Client, SecurityEventName } from '../../contracts/hooks.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { Authentication, RevocationReason, SessionRecord, Store } from '../../contracts/store/store.ts';

/** The absolute end of a session that has none: older servers read a moment there. */
const NEVER = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** The absolute end of a session that starts at a moment, in milliseconds since the epoch. */
export const absoluteEnd = (start: number, { sessionLifetime }: Pick<Settings, 'sessionLifetime'>): number =>
  Math.min(start + sessionLifetime * 1000, NEVER);

/** In place of a user's id in the session of a token that names no user. No user can have it. */
export const NOBODY = '(nobody)';

/** Whose a session is, as events say it. */
export const accountOf = ({ userId }: Pick<SessionRecord, 'userId'>) => ({ userId: userId === NOBODY ? null : userId });

/** Whether tokens tell when and how their user signed in. */
export const tellsOfSignIn = ({ secondFactor, stepUp }: Pick<Settings, 'secondFactor' | 'stepUp'>): boolean =>
  secondFactor || stepUp;

/** What a session starts with. */
export interface Opening {
  readonly userId: string;
  readonly client: Client;
  /** Seconds from now to the end of its first token. */
  readonly lifetime: number;
  /** Kept where tokens tell of it. */
  readonly authentication?: Authentication | undefined;
  /** Kept where devices have names. */
  readonly deviceName?: string | null | undefined;
  /** Given where a token from elsewhere starts a session; see `Rotation`. */
  readonly adopted?: { readonly id: string; readonly previousJti: string };
}

/** What the service is made of. */
export interface SessionParts {
  readonly store: Store;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly events: Events;
}

/** Told of ends that show that a second party holds a token. */
const END_EVENTS: Partial<Record<RevocationReason, SecurityEventName>> = {
  reused: 'token_reused',
  replayed: 'token_replayed',
};

/** Opens, lists and ends sessions: all that ends one goes through here. How their tokens follow one another is in `Rotation`. */
export class SessionService {
  readonly #parts: SessionParts;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /**
   * Starts a session; where a user has too many, the oldest ends. Null if there is one of the adopted name.
   *
   * @throws StoreUnavailable
   */
  async open({
    userId,
    client,
    lifetime,
    adopted,
    authentication,
    deviceName,
  }: Opening): Promise<SessionRecord | null> {
    const { settings } = this.#parts;
    const now = this.#parts.clock();
    const endsAt = absoluteEnd(now, settings);
    const session: SessionRecord = {
      id: adopted?.id ?? newId(),
      userId,
      jti: newRefreshId(),
      previousJti: adopted?.previousJti ?? null,
      rotatedAt: new Date(now),
      rotatedBy: null,
      replay: null,
      createdAt: new Date(now),
      lastUsedAt: new Date(now),
      expiresAt: new Date(Math.min(now + lifetime * 1000, endsAt)),
      endsAt: new Date(endsAt),
      ...kept(client),
      revokedAt: null,
      revokedReason: null,
      ...(authentication && tellsOfSignIn(settings) && { authentication }),
      ...(deviceName && settings.deviceNames && { deviceName }),
    };
    if (!(await this.#parts.store.sessions.insert(session))) return null;
    this.#parts.events.tell({ kind: 'session_stepped', step: adopted ? 'adopted' : 'opened' });
    if (userId === NOBODY) return session;
    const { maxSessions } = this.#parts.settings;
    const sessions = await this.#parts.store.sessions.revokeOldest(userId, maxSessions, this.#revocation('limit'));
    if (sessions > 0) this.#parts.events.audit('sessions_ended', { userId, sessions, reason: 'limit', client });
    return session;
  }

  find(id: string): Promise<SessionRecord | null> {
    return this.#parts.store.sessions.find(id);
  }

  /** A user's live sessions, the newest first. */
  list(userId: string): Promise<SessionRecord[]> {
    const { store, clock, settings } = this.#parts;
    return store.sessions.listLive(userId, new Date(clock() - settings.leeway * 1000));
  }

  /** Ends a session, and with it all its tokens. Resolves to whether this call ended it. */
  async end(
    { id, userId }: Pick<SessionRecord, 'id' | 'userId'>,
    reason: RevocationReason,
    by: Actor & { readonly otherClient?: Client | null } = {},
  ): Promise<boolean> {
    const hasEnded = await this.#parts.store.sessions.revoke(id, this.#revocation(reason));
    const event = END_EVENTS[reason] ?? 'sessions_ended';
    const about = { ...by, ...accountOf({ userId }), sessionId: id };
    if (hasEnded) this.#parts.events.audit(event, { ...about, sessions: 1, reason });
    return hasEnded;
  }

  /**
   * Ends one of a user's sessions; ending it again changes nothing. Resolves to the session as it is now.
   *
   * @throws InvalidInput if this user has no such session; whether somebody else has one is not told.
   */
  async revoke(userId: string, id: string, by: Actor = {}): Promise<SessionRecord> {
    const session = await this.find(id);
    if (session?.userId === userId) {
      await this.end(session, 'revoked', by);
      const ended = await this.find(id);
      if (ended) return ended;
    }
    const message =
      by.actorId == null
        ? 'You have no session with this id. The field `sessions` lists those you have.'
        : 'This user has no session with this id. The field `userSessions` lists those they have.';
    throw new InvalidInput('id', message, 'session_not_found');
  }

  /**
   * Ends a user's sessions, all or all but one, and with them the tokens of no session that were issued before. Resolves to
   * how many sessions were ended.
   */
  revokeAll(userId: string, exceptId?: string, by: Actor = {}): Promise<number> {
    return this.endAll(userId, 'revoked', by, exceptId);
  }

  /** The same, for a reason of its own. */
  async endAll(userId: string, reason: RevocationReason, by: Actor = {}, exceptId?: string): Promise<number> {
    const revocation = this.#revocation(reason);
    // First: a token of no session that starts one in between is found by one of the two.
    await this.#parts.store.users.update(userId, { sessionlessAfter: revocation.at });
    const sessions = await this.#parts.store.sessions.revokeAll(userId, revocation, exceptId);
    if (sessions > 0) this.#parts.events.audit('sessions_ended', { ...by, userId, sessions, reason });
    return sessions;
  }

  #revocation(reason: RevocationReason) {
    return { at: new Date(this.#parts.clock()), reason };
  }
}
