import type { Token } from '../../contracts/claims.ts';
import type { Clock } from '../../contracts/clock.ts';
import { AuthError, NoActiveAccount, PasswordChanged, TokenBlacklisted, TokenReused } from '../../contracts/errors.ts';
import type { Events } from '../../contracts/events.ts';
import type { Client, User } from '../../contracts/hooks.ts';
import type { Prove } from '../../contracts/proof.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { SessionRecord, UserRecord } from '../../contracts/store/store.ts';
import type { Rotation } from '../sessions/rotation.ts';
import { NOBODY, type SessionService } from '../sessions/session-service.ts';
import { expectHolder } from '../sessions/standing.ts';
import type { UserService } from '../users/user-service.ts';
import {
  handedOn,
  type MintedSlidingToken,
  type MintedToken,
  type MintOptions,
  type TokenMinter,
} from './token-minter.ts';
import { expectRefreshable, type Reading, type TokenReader } from './token-reader.ts';

/** An access token, and a refresh token to get the next one with. */
export interface TokenPair {
  readonly access: MintedToken;
  readonly refresh: MintedToken;
}

/** What refreshing answers; `refresh.token` is null where refresh tokens are not rotated. */
export interface RefreshedTokens {
  readonly access: MintedToken;
  readonly refresh: { readonly token: string | null; readonly expiresAt: Date };
}

export interface BlacklistedToken {
  readonly jti: string;
  readonly blacklistedAt: Date;
}

/** A token taken apart. Header and claims are missing if it is none. */
export interface Inspection {
  readonly header?: unknown;
  readonly claims?: unknown;
  readonly valid: boolean;
  readonly problem: AuthError | null;
}

/** What the service is made of. */
export interface TokenParts {
  readonly minter: TokenMinter;
  readonly reader: TokenReader;
  readonly rotation: Rotation;
  readonly sessions: SessionService;
  readonly users: UserService;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly events: Events;
}

const NO_CLIENT: Client = { userAgent: null, ipAddress: null };

/** The token operations of simplejwt: obtain, refresh, verify, blacklist, and the sliding variants. */
export class TokenService {
  readonly #parts: TokenParts;

  constructor(parts: TokenParts) {
    this.#parts = parts;
  }

  /**
   * Starts a session for a user who has been authenticated; simplejwt's `RefreshToken.for_user(user)`.
   *
   * @example
   * ```ts
   * const { access, refresh } = await auth.tokens.forUser(user, { claims: { plan: 'gold' } });
   * ```
   *
   * @throws NoActiveAccount if the user has changed since they were read, StoreUnavailable
   */
  async forUser(user: User, options: MintOptions = {}): Promise<TokenPair> {
    const described = await this.#parts.minter.describe(user, options);
    const session = await this.#openSession(user, this.#signedIn(options), this.#parts.settings.refreshTokenLifetime);
    return this.#pair(described, session, user);
  }

  /** Starts a session that lives on one sliding token; simplejwt's `SlidingToken.for_user(user)`. */
  async slidingForUser(user: User, options: MintOptions = {}): Promise<MintedSlidingToken> {
    const described = await this.#parts.minter.describe(user, options);
    const { slidingTokenRefreshLifetime } = this.#parts.settings;
    const session = await this.#openSession(user, this.#signedIn(options), slidingTokenRefreshLifetime);
    const { jti, id: sessionId, expiresAt, authentication = null } = session;
    const kept = { jti, sessionId, refreshExpiresAt: Math.floor(expiresAt.getTime() / 1000), user, authentication };
    return this.#parts.minter.sliding(described, kept);
  }

  /**
   * Exchanges a refresh token for an access token and, where rotation is on, for its successor. A second use of the immediate
   * predecessor gets the same successor, within bounds; any other ends the session.
   *
   * @param prove the key that the request proves to hold, for a token that is bound to one: `auth.prove`
   * @throws TokenExpired, TokenInvalid, TokenBlacklisted, TokenWrongType, NoActiveAccount, PasswordChanged,
   * ProofRequired, ProofInvalid, NonceRequired, StoreUnavailable
   */
  async refresh(text: string, client: Client = NO_CLIENT, prove?: Prove): Promise<RefreshedTokens> {
    const tokens = await this.#exchange(text, client, prove);
    this.#parts.events.tell({ kind: 'tokens_refreshed' });
    return tokens;
  }

  async #exchange(text: string, client: Client, prove?: Prove): Promise<RefreshedTokens> {
    const reading = await this.#parts.reader.readToRefresh(text, 'refresh', prove);
    const user = await this.#refreshable(reading, client);
    const { token, standing } = reading;
    const described = handedOn(token.claims, this.#parts.settings.userIdClaim, token.userId);
    const { rotateRefreshTokens, blacklistAfterRotation } = this.#parts.settings;
    if (!rotateRefreshTokens) {
      const session = await this.#used(reading);
      const access = this.#parts.minter.access(described, session, user);
      return { access, refresh: { token: null, expiresAt: new Date(token.expiresAt * 1000) } };
    }
    if (!blacklistAfterRotation) return this.#pair(described, await this.#branch(reading, user, client), user);
    const holder = { userId: user?.id ?? NOBODY, client };
    const rotation = await this.#parts.rotation.rotate(token, standing, holder);
    if ('session' in rotation) return this.#pair(described, rotation.session, user);
    throw new (rotation.outcome === 'reused' ? TokenReused : TokenBlacklisted)();
  }

  /** With rotation off: the session the token belongs to, its use noted; null if it has none. */
  async #used({ standing }: Reading): Promise<SessionRecord | null> {
    if (standing.state !== 'usable') throw new TokenBlacklisted();
    if (standing.session === null) return null;
    if (!(await this.#parts.rotation.touch(standing.session))) throw new TokenBlacklisted();
    return standing.session;
  }

  /** With rotation, but without blacklisting, where no token is superseded: a further one beside the one presented. */
  async #branch({ standing }: Reading, user: User | null, client: Client): Promise<SessionRecord> {
    if (standing.session === null) {
      return this.#openSession(user, { client }, this.#parts.settings.refreshTokenLifetime);
    }
    const session = await this.#parts.rotation.branch(standing.session, client);
    if (session === null) throw new TokenBlacklisted();
    return session;
  }

  /** The user who may refresh. Reuse is dealt with first: two parties hold the token, whatever its user. */
  async #refreshable(reading: Reading, client: Client): Promise<UserRecord | null> {
    const { token, standing } = reading;
    if (standing.state === 'superseded') {
      await this.#parts.rotation.signOut(token, standing, client);
      throw new TokenReused();
    }
    try {
      return await this.#parts.reader.refreshable(reading);
    } catch (error) {
      // As simplejwt: a token from before the password change is blacklisted when it is presented.
      if (error instanceof PasswordChanged && standing.state === 'usable')
        await this.#parts.rotation.signOut(token, standing, client);
      throw error;
    }
  }

  /**
   * What a token says, if it is good: of any type, and for as long as its user and its session are. Whether a refresh token
   * is current is not told: a thief could wait for the rotation.
   *
   * @throws TokenExpired, TokenInvalid, TokenBlacklisted, UserNotFound, UserInactive, PasswordChanged, StoreUnavailable
   */
  async verify(text: string): Promise<Token> {
    const { token, standing } = await this.#parts.reader.read(text);
    if (standing.state === 'superseded') throw new TokenBlacklisted();
    if (token.userId !== null) expectHolder(token, standing.user, this.#parts.settings);
    return token;
  }

  /** For people who look into a token: what it says, and why it is not good if it is not. */
  async inspect(text: string): Promise<Inspection> {
    const decoded = this.#parts.reader.decode(text);
    try {
      await this.verify(text);
      return { ...decoded, valid: true, problem: null };
    } catch (error) {
      if (!(error instanceof AuthError) || error.code !== 'UNAUTHENTICATED') throw error;
      return { ...decoded, valid: false, problem: error };
    }
  }

  /**
   * Signs out: ends the session of a refresh token, its access tokens included, or the token alone if it has no session.
   *
   * @throws TokenExpired, TokenInvalid, TokenBlacklisted, TokenWrongType, StoreUnavailable
   */
  async blacklist(
    text: string,
    type: 'refresh' | 'sliding' = 'refresh',
    client: Client = NO_CLIENT,
  ): Promise<BlacklistedToken> {
    const { token, standing } = await this.#parts.reader.readTyped(text, type);
    if (!(await this.#parts.rotation.signOut(token, standing, client))) throw new TokenBlacklisted();
    return { jti: token.jti, blacklistedAt: new Date(this.#parts.clock()) };
  }

  /**
   * Moves the end of a sliding token. Its jti stays, and so does the end of refreshing.
   *
   * @throws TokenExpired, TokenInvalid, TokenBlacklisted, TokenWrongType, NoActiveAccount, PasswordChanged,
   * StoreUnavailable
   */
  async refreshSliding(text: string, client: Client = NO_CLIENT, prove?: Prove): Promise<MintedSlidingToken> {
    const reading = await this.#parts.reader.readToRefresh(text, 'sliding', prove);
    const refreshExpiresAt = expectRefreshable(reading.token, this.#parts);
    const user = await this.#refreshable(reading, client);
    const { token } = reading;
    const session = await this.#used(reading);
    const described = handedOn(token.claims, this.#parts.settings.userIdClaim, token.userId);
    this.#parts.events.tell({ kind: 'tokens_refreshed' });
    const kept = { jti: token.jti, sessionId: session?.id ?? null, refreshExpiresAt };
    return this.#parts.minter.sliding(described, { ...kept, user, authentication: session?.authentication ?? null });
  }

  /** Who is handed tokens has signed in, if only just. */
  #signedIn(options: MintOptions): MintOptions {
    return { authentication: { at: new Date(this.#parts.clock()), methods: options.methods ?? [] }, ...options };
  }

  #pair(described: Readonly<Record<string, unknown>>, session: SessionRecord, user: User | null): TokenPair {
    return {
      refresh: this.#parts.minter.refresh(described, session),
      access: this.#parts.minter.access(described, session, user),
    };
  }

  async #openSession(
    user: User | null,
    { client = NO_CLIENT, authentication, deviceName }: MintOptions,
    lifetime: number,
  ): Promise<SessionRecord> {
    const holder = { userId: user?.id ?? NOBODY, client };
    const session = await this.#parts.sessions.open({ ...holder, lifetime, authentication, deviceName });
    if (session === null) throw new Error('two sessions were given one random name');
    // A password change or the like, between reading the user and now, found no session to end.
    if (user === null || (await this.#parts.users.isUnchanged(user))) return session;
    await this.#parts.sessions.end(session, 'revoked', { client });
    throw new NoActiveAccount();
  }
}
