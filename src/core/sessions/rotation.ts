import { isNumericDate, isOurRefreshId, newRefreshId, type Token } from '../../contracts/claims.ts';
import { kept } from '../../contracts/client-address.ts';
import type { Events } from '../../contracts/events.ts';
import type { Client } from '../../contracts/hooks.ts';
import type { SessionRecord, Successor } from '../../contracts/store/store.ts';
import { endOfSessionless } from './account.ts';
import { judgeReplay } from './replays.ts';
import { accountOf, type SessionService } from './session-service.ts';
import { adoptedId, standingOf, type Standing, type StandingParts } from './standing.ts';

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
export interface RotationParts extends StandingParts {
  readonly sessions: SessionService;
  readonly events: Events;
}

/**
 * The succession of refresh tokens (RFC 9700 4.14.2). A session's record names the one current token, so that
 * advancing it is a single compare-and-swap, and a second holder is told from a lost response by one read.
 */
export class Rotation {
  readonly #parts: RotationParts;

  constructor(parts: RotationParts) {
    this.#parts = parts;
  }

  /**
   * Exchanges a refresh token. Of any number of concurrent calls with one token, exactly one is answered `rotated`; the others
   * are answered `replayed` with the same session while the token is replayable, otherwise the session ends.
   *
   * @throws StoreUnavailable
   */
  async rotate(token: Token<'refresh'>, standing: Standing, holder: Holder): Promise<RotationOutcome> {
    switch (standing.state) {
      case 'blacklisted':
        return { outcome: 'revoked' };
      case 'replayable':
        return this.#replay(token, standing.session, holder);
      case 'superseded':
        await this.#parts.sessions.end(standing.session, 'reused', { client: holder.client });
        return { outcome: 'reused' };
      case 'usable': {
        const session = await this.#advance(token, standing.session, holder);
        if (session) return { outcome: 'rotated', session };
        // Another request was first. One more read tells whether this is a replay; it cannot be usable again.
        return this.rotate(token, await standingOf(token, this.#parts), holder);
      }
    }
  }

  /** Answers the predecessor with its successor once more, unless the replays so far show that two clients hold it. */
  async #replay(token: Token<'refresh'>, session: SessionRecord, holder: Holder): Promise<RotationOutcome> {
    const { settings, clock, store, events, sessions } = this.#parts;
    const client = kept(holder.client);
    const { note, report, isTwoClients } = judgeReplay(session, client, clock(), settings);
    const about = { client, otherClient: report?.refreshedBy ?? null };
    if (isTwoClients) {
      await sessions.end(session, 'replayed', about);
      return { outcome: 'reused' };
    }
    if (note !== null && !(await store.sessions.noteReplay(session.id, session.replay, note))) {
      // Another request was first: with another replay, the next rotation, or the end of the session.
      return this.rotate(token, await standingOf(token, this.#parts), holder);
    }
    events.tell({ kind: 'session_stepped', step: 'replayed' });
    if (report !== null) events.audit('token_replayed', { ...accountOf(session), sessionId: session.id, ...about });
    return { outcome: 'replayed', session };
  }

  async #advance(
    token: Token<'refresh'>,
    session: SessionRecord | null,
    holder: Holder,
  ): Promise<SessionRecord | null> {
    if (session === null) return this.#adopt(token, holder);
    if (session.jti === token.jti && isOurRefreshId(token.jti)) return this.#compareAndSwap(session, holder.client);
    const current = session.jti === token.jti || (await this.#follow(token, session));
    const advanced = current ? await this.#compareAndSwap({ ...session, jti: token.jti }, holder.client) : null;
    return advanced && this.#remember(token, advanced, holder);
  }

  /** Makes current what another server made of the session's current token. Resolves to false if that is current no more. */
  #follow(token: Token<'refresh'>, session: SessionRecord): Promise<boolean> {
    return this.#parts.store.sessions.rotate(session.id, session.jti, {
      jti: token.jti,
      rotatedAt: new Date((token.issuedAt ?? 0) * 1000),
      rotatedBy: session.rotatedBy, // whose request the other server answered is not known here
      lastUsedAt: new Date(this.#parts.clock()),
      expiresAt: new Date(Math.min(token.expiresAt * 1000, session.endsAt.getTime())),
    });
  }

  /** The session with the next token current, if its current one still is; otherwise null. */
  async #compareAndSwap(session: SessionRecord, client: Client): Promise<SessionRecord | null> {
    const successor = this.#successorOf(session, client);
    const swapped = this.#refreshed(await this.#parts.store.sessions.rotate(session.id, session.jti, successor));
    return swapped ? { ...session, ...successor, previousJti: session.jti } : null;
  }

  /** A further token beside the ones there are, where rotation does not blacklist; null if the session has ended. */
  async branch(session: SessionRecord, client: Client): Promise<SessionRecord | null> {
    const successor = this.#successorOf(session, client);
    const replaced = this.#refreshed(await this.#parts.store.sessions.replaceCurrent(session.id, successor));
    return replaced ? { ...session, ...successor } : null;
  }

  /** Notes a use that needs no new token. Resolves to false if the session has ended. */
  async touch(session: SessionRecord): Promise<boolean> {
    return this.#refreshed(await this.#parts.store.sessions.touch(session.id, new Date(this.#parts.clock())));
  }

  #refreshed(isDone: boolean): boolean {
    if (isDone) this.#parts.events.tell({ kind: 'session_stepped', step: 'refreshed' });
    return isDone;
  }

  #successorOf(session: SessionRecord, client: Client): Successor {
    const now = this.#parts.clock();
    const { userAgent, ipAddress } = kept(client);
    const isWhoSignedIn = userAgent === session.userAgent && ipAddress === session.ipAddress;
    const idleEnd = now + this.#parts.settings.refreshTokenLifetime * 1000;
    return {
      jti: newRefreshId(),
      rotatedAt: new Date(now),
      rotatedBy: isWhoSignedIn ? null : { userAgent, ipAddress },
      lastUsedAt: new Date(now),
      expiresAt: new Date(Math.min(idleEnd, session.endsAt.getTime())),
    };
  }

  /**
   * Starts a session with a token that has none. The session's name is derived from the token's, so inserting it is
   * the compare-and-swap; the blacklist remembers the token for as long as it could be presented.
   */
  async #adopt(token: Token<'refresh'>, holder: Holder): Promise<SessionRecord | null> {
    const session = await this.#parts.sessions.open({
      ...holder,
      lifetime: this.#parts.settings.refreshTokenLifetime,
      adopted: { id: adoptedId(token.jti), previousJti: token.jti },
    });
    if (session === null || (await this.#remember(token, session, holder)) === null) return null;
    const user = await this.#parts.store.users.findById(holder.userId);
    const ended = user && endOfSessionless(token, user);
    if (!ended) return session;
    // All that the user is signed in with was ended between the two writes.
    await this.#parts.sessions.end(session, ended, { client: holder.client });
    return null;
  }

  /** Notes that a token of elsewhere is used up, which may outlive the record of its session. */
  async #remember(token: Token, session: SessionRecord, { client }: Holder): Promise<SessionRecord | null> {
    if (await this.#blacklist(token)) return session;
    // It was signed out between the two writes, by a request that saw no session to end.
    await this.#parts.sessions.end(session, 'signed_out', { client });
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
      await this.#parts.sessions.end(standing.session, 'reused', { client });
      return false;
    }
    if (standing.session !== null) {
      const ended = await this.#parts.sessions.end(standing.session, 'signed_out', { client });
      if (ended) await this.#blacklist(token);
      return ended;
    }
    if (await this.#blacklist(token)) return true;
    return this.signOut(token, await standingOf(token, this.#parts), client);
  }

  #blacklist(token: Token): Promise<boolean> {
    // A sliding token keeps its jti for as long as it is refreshed.
    const refreshEnd = token.claims[this.#parts.settings.slidingTokenRefreshExpClaim];
    const end = isNumericDate(refreshEnd) ? Math.max(token.expiresAt, refreshEnd) : token.expiresAt;
    const expiresAt = new Date((end + this.#parts.settings.leeway) * 1000);
    return this.#parts.store.blacklist.add({ jti: token.jti, expiresAt, blacklistedAt: new Date(this.#parts.clock()) });
  }
}
