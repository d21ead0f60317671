import { randomUUID } from 'node:crypto';
import type { Actor, Audit } from '../../contracts/audit.ts';
import type { Clock } from '../../contracts/clock.ts';
import { InvalidInput } from '../../contracts/errors.ts';
import type { Client } from '../../contracts/hooks.ts';
import type { Monitor } from '../../contracts/monitor.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { RevocationReason, SessionRecord, Store } from '../../contracts/store/store.ts';

const MAX_USER_AGENT_LENGTH = 256;

/** Unique names of sessions and tokens: 32 hexadecimal characters, as simplejwt's jti. */
export const newName = (): string => randomUUID().replaceAll('-', '');

/** What a session starts with. */
export interface Opening {
  readonly userId: string;
  readonly client: Client;
  /** Seconds from now to the end of its first token. */
  readonly lifetime: number;
  /** Given where a token from elsewhere starts a session; see `Rotation`. */
  readonly adopted?: { readonly id: string; readonly previousJti: string };
}

/** What the service is made of. */
export interface SessionParts {
  readonly store: Store;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly audit: Audit;
  readonly monitor: Monitor;
}

/** Opens, lists and ends sessions. How their tokens follow one another is in `Rotation`. */
export class SessionService {
  readonly #store: Store;
  readonly #settings: Settings;
  readonly #clock: Clock;
  readonly #audit: Audit;
  readonly #monitor: Monitor;

  constructor({ store, settings, clock, audit, monitor }: SessionParts) {
    this.#store = store;
    this.#settings = settings;
    this.#clock = clock;
    this.#audit = audit;
    this.#monitor = monitor;
  }

  /**
   * Starts a session; where a user has too many, the oldest ends. Null if there is one of the adopted name.
   *
   * @throws StoreUnavailable
   */
  async open({ userId, client, lifetime, adopted }: Opening): Promise<SessionRecord | null> {
    const now = this.#clock();
    const endsAt = now + this.#settings.sessionLifetime * 1000;
    const session: SessionRecord = {
      id: adopted?.id ?? newName(),
      userId,
      jti: newName(),
      previousJti: adopted?.previousJti ?? null,
      rotatedAt: new Date(now),
      createdAt: new Date(now),
      lastUsedAt: new Date(now),
      expiresAt: new Date(Math.min(now + lifetime * 1000, endsAt)),
      endsAt: new Date(endsAt),
      userAgent: client.userAgent?.slice(0, MAX_USER_AGENT_LENGTH) ?? null,
      ipAddress: client.ipAddress,
      revokedAt: null,
      revokedReason: null,
    };
    if (!(await this.#store.sessions.insert(session))) return null;
    this.#monitor.tell({ kind: 'session_stepped', step: adopted ? 'adopted' : 'opened' });
    const { maxSessions } = this.#settings;
    const sessions = await this.#store.sessions.revokeOldest(userId, maxSessions, this.#revocation('limit'));
    if (sessions > 0) this.#audit('sessions_ended', { userId, sessions, reason: 'limit', client });
    return session;
  }

  /** Whether the tokens of a session are still good. */
  isLive(session: SessionRecord): boolean {
    return session.revokedAt === null && session.expiresAt.getTime() > this.#clock() - this.#settings.leeway * 1000;
  }

  find(id: string): Promise<SessionRecord | null> {
    return this.#store.sessions.find(id);
  }

  /** A user's live sessions, the newest first. */
  list(userId: string): Promise<SessionRecord[]> {
    return this.#store.sessions.listLive(userId, new Date(this.#clock()));
  }

  /** Ends a session, and with it all its tokens. Resolves to whether this call ended it. */
  async end(
    { id, userId }: Pick<SessionRecord, 'id' | 'userId'>,
    reason: RevocationReason,
    by: Actor = {},
  ): Promise<boolean> {
    const hasEnded = await this.#store.sessions.revoke(id, this.#revocation(reason));
    const event = reason === 'reused' ? 'token_reused' : 'sessions_ended';
    if (hasEnded) this.#audit(event, { ...by, userId, sessionId: id, sessions: 1, reason });
    return hasEnded;
  }

  /**
   * Ends one of a user's own sessions; ending it again changes nothing. Resolves to the session as it is now.
   *
   * @throws InvalidInput if this user has no such session; whether somebody else has one is not told.
   */
  async revoke(userId: string, id: string): Promise<SessionRecord> {
    const session = await this.#store.sessions.find(id);
    if (session?.userId === userId) {
      await this.end(session, 'revoked');
      const ended = await this.#store.sessions.find(id);
      if (ended) return ended;
    }
    throw new InvalidInput(
      'id',
      'You have no session with this id. The field `sessions` lists those you have.',
      'session_not_found',
    );
  }

  /** Ends a user's sessions, all or all but one. Resolves to how many were ended. */
  async revokeAll(userId: string, exceptId?: string, by: Actor = {}): Promise<number> {
    const sessions = await this.#store.sessions.revokeAll(userId, this.#revocation('revoked'), exceptId);
    if (sessions > 0) this.#audit('sessions_ended', { ...by, userId, sessions, reason: 'revoked' });
    return sessions;
  }

  /** Removes what has expired, as simplejwt's `flushexpiredtokens`; forgets old attempts and activity, too, and does not count them. */
  async flushExpired(): Promise<{ readonly sessions: number; readonly blacklist: number }> {
    const at = new Date(this.#clock() - this.#settings.leeway * 1000);
    const sessions = await this.#store.sessions.deleteExpired(at);
    await this.#store.attempts.deleteExpired(new Date(this.#clock()));
    await this.#store.activity.deleteExpired(new Date(this.#clock()));
    return { sessions, blacklist: await this.#store.blacklist.deleteExpired(new Date(this.#clock())) };
  }

  #revocation(reason: RevocationReason) {
    return { at: new Date(this.#clock()), reason };
  }
}
