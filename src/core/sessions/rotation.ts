import { createHash } from 'node:crypto';
import type { Token, VerifiedToken } from '../../contracts/claims.ts';
import { isNumericDate, type Clock } from '../../contracts/clock.ts';
import type { Client } from '../../contracts/hooks.ts';
import type { Monitor } from '../../contracts/monitor.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { SessionRecord, Store, Successor, UserRecord } from '../../contracts/store/store.ts';
import { newName, type SessionService } from './session-service.ts';

/**
 * How a token stands in its session, or in the blacklist if it has none:
 * - `usable`: nothing speaks against it;
 * - `replayable`: the immediate predecessor of the current token, within the grace interval;
 * - `superseded`: any other former token of a session that lives: whoever uses it is a second holder;
 * - `blacklisted`: named in the blacklist, or of a session that has ended or is unknown.
 */
export type Standing =
  | { readonly state: 'usable'; readonly session: SessionRecord | null }
  | { readonly state: 'replayable' | 'superseded'; readonly session: SessionRecord }
  | { readonly state: 'blacklisted' };

/** How a token stands, and the account it names, if there is one. */
export interface StandingWithUser {
  readonly standing: Standing;
  readonly user: UserRecord | null;
}

/** Whose token it is, and where the request comes from. */
export interface Holder {
  readonly userId: string;
  readonly client: Client;
}

/** What became of an attempt to exchange a refresh token for its successor. */
export type RotationOutcome =
  | { readonly outcome: 'rotated' | 'replayed'; readonly session: SessionRecord }
  | { readonly outcome: 'reused' | 'revoked' };

/** What the rotation is made of. */
export interface RotationParts {
  readonly store: Store;
  readonly sessions: SessionService;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly monitor: Monitor;
}

/**
 * The succession of refresh tokens (RFC 9700 4.14.2). A session's record names the one current token, so that
 * advancing it is a single compare-and-swap, and a second holder is told from a lost response by one read.
 */
export class Rotation {
  readonly #store: Store;
  readonly #sessions: SessionService;
  readonly #settings: Settings;
  readonly #clock: Clock;
  readonly #monitor: Monitor;

  constructor({ store, sessions, settings, clock, monitor }: RotationParts) {
    this.#store = store;
    this.#sessions = sessions;
    this.#settings = settings;
    this.#clock = clock;
    this.#monitor = monitor;
  }

  /**
   * How a verified token stands.
   *
   * @throws StoreUnavailable
   */
  async standing(token: VerifiedToken): Promise<Standing> {
    if (token.sessionId !== null) return this.#standingIn(await this.#store.sessions.find(token.sessionId), token);
    if (token.jti === null) return { state: 'usable', session: null };
    // In this order: who exchanges the token makes the session first, so an entry without one was not made by them.
    const entry = await this.#store.blacklist.find(token.jti);
    const successors = await this.#store.sessions.find(adoptedId(token.jti));
    if (successors !== null) return this.#standingIn(successors, token);
    return entry === null ? { state: 'usable', session: null } : { state: 'blacklisted' };
  }

  /**
   * How a verified token stands, and the account with this id: one question to the store, where the token has a session.
   *
   * @throws StoreUnavailable
   */
  async standingWithUser(token: VerifiedToken, userId: string): Promise<StandingWithUser> {
    if (token.sessionId !== null) {
      const { session, user } = await this.#store.sessions.findWithUser(token.sessionId, userId);
      return { standing: this.#standingIn(session, token), user };
    }
    const [standing, user] = await Promise.all([this.standing(token), this.#store.users.findById(userId)]);
    return { standing, user };
  }

  #standingIn(session: SessionRecord | null, token: VerifiedToken): Standing {
    if (session === null || !this.#sessions.isLive(session)) return { state: 'blacklisted' };
    const everyTokenCounts = token.type === 'access' || !this.#settings.blacklistAfterRotation;
    if (session.jti === token.jti || everyTokenCounts) return { state: 'usable', session };
    const graceEnds = session.rotatedAt.getTime() + this.#settings.reuseGrace * 1000;
    const isReplay = session.previousJti === token.jti && this.#clock() < graceEnds;
    return { state: isReplay ? 'replayable' : 'superseded', session };
  }

  /**
   * Exchanges a refresh token. Of any number of concurrent calls with one token, exactly one is answered `rotated`;
   * within the grace interval the others are answered `replayed` with the same session, otherwise the session ends.
   *
   * @throws StoreUnavailable
   */
  async rotate(token: Token<'refresh'>, standing: Standing, holder: Holder): Promise<RotationOutcome> {
    switch (standing.state) {
      case 'blacklisted':
        return { outcome: 'revoked' };
      case 'replayable':
        this.#monitor.tell({ kind: 'session_stepped', step: 'replayed' });
        return { outcome: 'replayed', session: standing.session };
      case 'superseded':
        await this.#sessions.end(standing.session, 'reused', { client: holder.client });
        return { outcome: 'reused' };
      case 'usable': {
        const session = await this.#advance(token, standing.session, holder);
        if (session) return { outcome: 'rotated', session };
        // Somebody else was first. One more read tells whether this is a replay; it cannot be usable again.
        return this.rotate(token, await this.standing(token), holder);
      }
    }
  }

  #advance(token: Token<'refresh'>, session: SessionRecord | null, holder: Holder): Promise<SessionRecord | null> {
    return session === null ? this.#adopt(token, holder) : this.#compareAndSwap(session);
  }

  /** The session with the next token current, if its current one still is; otherwise null. */
  async #compareAndSwap(session: SessionRecord): Promise<SessionRecord | null> {
    const successor = this.#successorOf(session);
    const swapped = this.#refreshed(await this.#store.sessions.rotate(session.id, session.jti, successor));
    return swapped ? { ...session, ...successor, previousJti: session.jti } : null;
  }

  /** A further token beside the ones there are, where rotation does not blacklist; null if the session has ended. */
  async branch(session: SessionRecord): Promise<SessionRecord | null> {
    const successor = this.#successorOf(session);
    const replaced = this.#refreshed(await this.#store.sessions.replaceCurrent(session.id, successor));
    return replaced ? { ...session, ...successor } : null;
  }

  /** Notes a use that needs no new token. Resolves to false if the session has ended. */
  async touch(session: SessionRecord): Promise<boolean> {
    return this.#refreshed(await this.#store.sessions.touch(session.id, new Date(this.#clock())));
  }

  #refreshed(isDone: boolean): boolean {
    if (isDone) this.#monitor.tell({ kind: 'session_stepped', step: 'refreshed' });
    return isDone;
  }

  #successorOf(session: SessionRecord): Successor {
    const now = this.#clock();
    const idleEnd = now + this.#settings.refreshTokenLifetime * 1000;
    return {
      jti: newName(),
      rotatedAt: new Date(now),
      lastUsedAt: new Date(now),
      expiresAt: new Date(Math.min(idleEnd, session.endsAt.getTime())),
    };
  }

  /**
   * Starts a session with a token that has none. The session's name is derived from the token's, so inserting it is
   * the compare-and-swap; the blacklist remembers the token for as long as it could be presented.
   */
  async #adopt(token: Token<'refresh'>, holder: Holder): Promise<SessionRecord | null> {
    const session = await this.#sessions.open({
      ...holder,
      lifetime: this.#settings.refreshTokenLifetime,
      adopted: { id: adoptedId(token.jti), previousJti: token.jti },
    });
    if (session === null || (await this.#blacklist(token))) return session;
    // It was signed out between the two writes, by somebody who saw no session to end.
    await this.#sessions.end(session, 'signed_out', { client: holder.client });
    return null;
  }

  /**
   * Ends what a token stands for: its session, or the token alone if it has none. Resolves to false if it had ended.
   *
   * @throws StoreUnavailable
   */
  async signOut(token: Token, standing: Standing, client: Client | null = null): Promise<boolean> {
    if (standing.state === 'blacklisted') return false;
    if (standing.state === 'superseded') {
      await this.#sessions.end(standing.session, 'reused', { client });
      return false;
    }
    if (standing.session !== null) {
      const ended = await this.#sessions.end(standing.session, 'signed_out', { client });
      if (ended) await this.#blacklist(token);
      return ended;
    }
    if (await this.#blacklist(token)) return true;
    return this.signOut(token, await this.standing(token), client);
  }

  #blacklist(token: Token): Promise<boolean> {
    // A sliding token keeps its jti for as long as it is refreshed.
    const refreshEnd = token.claims[this.#settings.slidingTokenRefreshExpClaim];
    const end = isNumericDate(refreshEnd) ? Math.max(token.expiresAt, refreshEnd) : token.expiresAt;
    const expiresAt = new Date((end + this.#settings.leeway) * 1000);
    return this.#store.blacklist.add({ jti: token.jti, expiresAt, blacklistedAt: new Date(this.#clock()) });
  }
}

const adoptedId = (jti: string): string => createHash('sha256').update(`session of ${jti}`).digest('hex').slice(0, 32);
