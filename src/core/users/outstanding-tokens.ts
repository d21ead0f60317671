import type { BlacklistEntry, SessionRecord } from '../../contracts/store/store.ts';
import { absoluteEnd, type SessionParts, type SessionService } from '../sessions/session-service.ts';
import { endOfSessionless, isClaimOfPassword } from '../sessions/account.ts';
import { adoptedId, isImported } from '../sessions/standing.ts';

/** A refresh or sliding token that another system has handed out, and that may still be used. */
export interface OutstandingToken {
  readonly jti: string;
  readonly userId: string;
  readonly issuedAt: Date;
  /** simplejwt's claim of the password, where the token has it. */
  readonly hashClaim: string | null;
  /** When it can be refreshed no more. */
  readonly expiresAt: Date;
}

/** What an import asks of the token system. */
export interface OutstandingTarget {
  /** Keeps tokens as sessions of their users. Resolves to whether each is one now and was none before, in their order. */
  keep(tokens: readonly OutstandingToken[]): Promise<boolean[]>;
  /** Adds entries to the blacklist as `Blacklist.addMany` does, and ends what the tokens stand for here. */
  blacklist(entries: readonly BlacklistEntry[]): Promise<boolean[]>;
}

/** What it works with. */
export interface OutstandingParts extends Omit<SessionParts, 'events'> {
  readonly sessions: SessionService;
}

/**
 * The tokens of another system that are out. Each becomes the session that its first refresh here would adopt, so that it is
 * listed and ended as every other; its own jti is the current one until then.
 */
export class OutstandingTokens implements OutstandingTarget {
  readonly #parts: OutstandingParts;

  constructor(parts: OutstandingParts) {
    this.#parts = parts;
  }

  /** @throws StoreUnavailable, and any of them may have been kept; calling again tells. */
  keep(tokens: readonly OutstandingToken[]): Promise<boolean[]> {
    return Promise.all(tokens.map((token) => this.#keep(token)));
  }

  async #keep(token: OutstandingToken): Promise<boolean> {
    const { store, sessions } = this.#parts;
    if ((await store.blacklist.find(token.jti)) !== null || (await this.#hasEnded(token))) return false;
    const session = this.#sessionOf(token);
    if (!(await store.sessions.insert(session))) return false;
    if (!(await this.#hasEnded(token))) return true;
    await sessions.end(session, 'revoked'); // as its user's others were, between these writes
    return false;
  }

  async #hasEnded({ userId, issuedAt, hashClaim }: OutstandingToken): Promise<boolean> {
    const user = await this.#parts.store.users.findById(userId);
    if (user === null) return false;
    if (hashClaim !== null && !isClaimOfPassword(hashClaim, user)) return true;
    return endOfSessionless({ issuedAt: issuedAt.getTime() / 1000 }, user) !== null;
  }

  #sessionOf({ jti, userId, issuedAt, expiresAt }: OutstandingToken): SessionRecord {
    // Nobody is signed out by the move: the absolute end is counted from it.
    const endsAt = absoluteEnd(this.#parts.clock(), this.#parts.settings);
    return {
      id: adoptedId(jti),
      userId,
      jti,
      previousJti: null,
      rotatedAt: issuedAt,
      rotatedBy: null,
      replay: null,
      createdAt: issuedAt,
      lastUsedAt: issuedAt,
      expiresAt,
      endsAt: new Date(Math.max(endsAt, expiresAt.getTime())),
      userAgent: null,
      ipAddress: null,
      revokedAt: null,
      revokedReason: null,
    };
  }

  /** @throws StoreUnavailable, and any of them may have been added; calling again tells. */
  async blacklist(entries: readonly BlacklistEntry[]): Promise<boolean[]> {
    const added = await this.#parts.store.blacklist.addMany(entries);
    await Promise.all(entries.map((entry) => this.#end(entry)));
    return added;
  }

  /** Ends the session of a token, unless the token was refreshed here before it was blacklisted there. */
  async #end({ jti, blacklistedAt }: BlacklistEntry): Promise<void> {
    const { store, sessions } = this.#parts;
    const session = await store.sessions.find(adoptedId(jti));
    if (session === null || session.revokedAt !== null) return;
    const used = isImported(session) ? null : await store.blacklist.find(jti); // noted by its first refresh here
    if (used === null || blacklistedAt.getTime() < used.blacklistedAt.getTime()) {
      await sessions.end(session, 'signed_out');
    }
  }
}
