import type { JsonValue, TokenType } from '../../contracts/claims.ts';
import { AuthError } from '../../contracts/errors.ts';
import type { Client } from '../../contracts/hooks.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { Rotation } from '../sessions/rotation.ts';
import type { SessionService } from '../sessions/session-service.ts';
import { expectHolder } from '../sessions/standing.ts';
import { expectUserId, isObject } from '../tokens/token-form.ts';
import type { Reading, TokenReader } from '../tokens/token-reader.ts';
import type { Service } from './service-credentials.ts';

/** What is told of a token (RFC 7662 2.2): of one that is not good, only that. Times are NumericDate, in whole seconds. */
export type IntrospectedToken = { readonly active: false } | ActiveToken;

interface ActiveToken {
  readonly active: true;
  /** `Bearer` or, with a proof, `DPoP` where it proves its holder in the header of a request; `N_A` (RFC 8693 2.2.1) where it does not. */
  readonly token_type: 'Bearer' | 'DPoP' | 'N_A';
  readonly exp: number;
  readonly iat?: number;
  /** The user, as the token names them. */
  readonly sub: string;
  readonly username: string;
  readonly jti: string;
  readonly sid?: string;
  readonly iss?: string;
  readonly aud?: string | readonly string[];
  /** The key that it is bound to (RFC 9449 6.2). */
  readonly cnf?: { readonly jkt: string };
}

/** The service that asks: an audience of null has all tokens. */
type Asking = Pick<Service, 'audience'>;
const ALL_AUDIENCES: Asking = { audience: null };

const TYPES: ReadonlySet<string> = new Set<TokenType>(['access', 'refresh', 'sliding']);

/** What introspection needs. */
export interface IntrospectionParts {
  readonly reader: TokenReader;
  readonly rotation: Rotation;
  readonly sessions: SessionService;
  readonly settings: Settings;
}

/** Answers services that ask about a token, and ends what a token stands for when they ask for that. */
export class Introspection {
  readonly #parts: IntrospectionParts;

  constructor(parts: IntrospectionParts) {
    this.#parts = parts;
  }

  /**
   * What a token of any of our types says, if it, its session and its user are as they should be: read from the store,
   * also where authentication is stateless. Of a token that is not for the service that asks, only that it is not active.
   *
   * @param asking the service; left out, tokens of all audiences are told of
   * @throws StoreUnavailable
   */
  async introspect(text: string, asking: Asking = ALL_AUDIENCES): Promise<IntrospectedToken> {
    if (this.#isForeign(text, asking)) return { active: false };
    const answer = await unlessRefused(async () => this.#describe(await this.#parts.reader.read(text)));
    return answer ?? { active: false };
  }

  /** Null for a token that proves nothing, whatever its user. */
  #describe({ token, standing }: Reading): ActiveToken | null {
    if (standing.state === 'superseded' || !TYPES.has(token.type)) return null;
    expectUserId(token);
    const { username } = expectHolder(token, standing.user, this.#parts.settings);
    const { iss, aud, cnf } = token.claims;
    const jkt = isObject(cnf) && typeof cnf['jkt'] === 'string' ? cnf['jkt'] : null;
    const isAccepted = this.#parts.settings.authTokenClasses.some((type) => type === token.type);
    return {
      active: true,
      token_type: isAccepted ? (jkt === null ? 'Bearer' : 'DPoP') : 'N_A',
      exp: Math.floor(token.expiresAt),
      ...(token.issuedAt !== null && { iat: Math.floor(token.issuedAt) }),
      sub: token.userId,
      username,
      jti: token.jti,
      ...(token.sessionId !== null && { sid: token.sessionId }),
      ...(typeof iss === 'string' && { iss }),
      ...(isAudience(aud) && { aud }),
      ...(jkt !== null && { cnf: { jkt } }),
    };
  }

  /**
   * Ends the session of a token, whichever type it has, or a refresh or sliding token alone where it has none
   * (RFC 7009). A token that is no good has nothing left to end. `unsupported` is a type we know nothing of, and an access
   * token of no session: nothing is kept by which guarded fields would refuse it. `foreign` is one that is not for the
   * service that asks, whether or not it is good, so that the answer does not tell which.
   *
   * @throws TokenNotYetValid, StoreUnavailable
   */
  async revoke(
    text: string,
    client: Client,
    asking: Asking = ALL_AUDIENCES,
  ): Promise<'done' | 'unsupported' | 'foreign'> {
    if (this.#isForeign(text, asking)) return 'foreign';
    const reading = await unlessRefused(() => this.#parts.reader.read(text), isRefusedForGood);
    if (reading === null) return 'done';
    return reading.token.type === 'access' ? this.#endSession(reading, client) : this.#signOut(reading, client);
  }

  /** By what the token says, before anything of it is checked: what does not even say that it is for the service is not. */
  #isForeign(text: string, { audience }: Asking): boolean {
    if (audience === null) return false;
    const claims = this.#parts.reader.decode(text)?.claims;
    if (claims === undefined) return false; // no token
    const { aud } = Object(claims) as { readonly aud?: unknown };
    return aud !== audience && !(Array.isArray(aud) && aud.includes(audience));
  }

  async #endSession({ standing }: Reading, client: Client): Promise<'done' | 'unsupported'> {
    if (standing.session === null) return 'unsupported';
    await this.#parts.sessions.end(standing.session, 'signed_out', { client });
    return 'done';
  }

  async #signOut({ token, standing }: Reading, client: Client): Promise<'done' | 'unsupported'> {
    if (!TYPES.has(token.type)) return 'unsupported';
    await this.#parts.rotation.signOut(token, standing, client);
    return 'done';
  }
}

/** Null if a token was refused for what it is; what says nothing of the token is thrown. */
async function unlessRefused<Result>(work: () => Promise<Result>, isRefusal = isRefused): Promise<Result | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AuthError && isRefusal(error)) return null;
    throw error;
  }
}

const isRefused = ({ code }: AuthError): boolean => code === 'UNAUTHENTICATED';

/** A token of the future is no good now and may be later: who is told that it was revoked would forget it. */
const isRefusedForGood = (error: AuthError): boolean => isRefused(error) && error.action !== 'WAIT';

function isAudience(value: JsonValue | undefined): value is string | readonly string[] {
  return [value].flat().every((each) => typeof each === 'string');
}
