import type { Claims } from '../contracts/claims.ts';
import { restOfTurn, systemClock, type Clock } from '../contracts/clock.ts';
import { SessionRevoked } from '../contracts/errors.ts';
import { headerOf, type RequestHeaders } from '../contracts/header-of.ts';
import type { TokenUser } from '../contracts/hooks.ts';
import { SettingsError, settingsFromOptions } from '../contracts/settings/settings.ts';
import { ALGORITHMS, type Algorithm, type SettingsInput } from '../contracts/settings/settings-table.ts';
import { isSymmetric, readKey } from '../core/keys/key-material.ts';
import { RemoteKeys } from '../core/keys/remote-keys.ts';
import type { KeySource } from '../core/keys/token-keys.ts';
import { TokenAcceptor, tokenUserOf, type AcceptedToken } from '../core/tokens/token-acceptor.ts';
import { TokenCodec } from '../core/tokens/token-codec.ts';
import { throwAsGraphQL } from './graphql-errors.ts';
import { Revocations, type RevocationOptions } from './revocations.ts';

/** Settings that must have the same values as on the server. */
type SharedSettings = Pick<
  SettingsInput,
  | 'issuer'
  | 'audience'
  | 'leeway'
  | 'authHeaderTypes'
  | 'authHeaderName'
  | 'authTokenClasses'
  | 'userIdClaim'
  | 'tokenTypeClaim'
  | 'jtiClaim'
>;

/** Options of a verifier: `jwksUrl`, or `key` with its algorithm. */
export interface TokenVerifierOptions extends SharedSettings {
  /** The JWK set of the server: `https://auth.example.com/.well-known/jwks.json`. */
  readonly jwksUrl?: string;
  /** One key instead: a public key as PEM, as a JWK in JSON or the path of a file with either; a secret for HS algorithms. */
  readonly key?: string;
  /**
   * Algorithms that are accepted; each key is used with one of them only. Default: all RS, PS and ES algorithms with
   * `jwksUrl`. With `key` there is exactly one.
   */
  readonly algorithms?: readonly Algorithm[];
  /**
   * Seconds for which the keys that are known are used while `jwksUrl` fails; default 3600. After that every token is refused
   * with `store_unavailable`.
   */
  readonly maxSilence?: number;
  /** Called with the error when the keys, or the revocations, cannot be fetched. */
  readonly onError?: (error: unknown) => void;
  /** Also refuses revoked tokens and retired keys, a few seconds later. Not set: a token is valid until it expires. */
  readonly revocations?: RevocationOptions;
  /** The user of a request; default: the claims `user_id` and `username`. */
  readonly tokenUser?: (claims: Claims) => TokenUser;
  /** Milliseconds since the epoch; for tests. */
  readonly clock?: Clock;
}

/** The user and the token of a request. */
export interface VerifiedRequest {
  readonly user: TokenUser;
  readonly token: AcceptedToken;
}

/**
 * The context of a request in an Apollo Server: spread it into your own.
 *
 * @example
 * ```ts
 * import { ApolloServer } from '@apollo/server';
 * import { startStandaloneServer } from '@apollo/server/standalone';
 * import { createTokenVerifier, type VerifierContext } from 'graphql-simplejwt/verifier';
 *
 * const verifier = createTokenVerifier({ jwksUrl: 'https://auth.example.com/.well-known/jwks.json' });
 * const server = new ApolloServer<VerifierContext>({ schema });
 * await startStandaloneServer(server, { context: verifier.context });
 * // in a resolver: const { user } = await context.auth.authenticate();
 * ```
 */
export interface VerifierContext {
  readonly auth: {
    /**
     * Verifies the token of this request. The result is kept for the request; errors are thrown here, not by `context`.
     *
     * @throws GraphQLError, with message and `extensions`, of NotAuthenticated, BadAuthorizationHeader, or what `verify` throws
     */
    authenticate(): Promise<VerifiedRequest>;
  };
}

/** A request of Express, Fastify, Apollo's standalone server or plain Node.js, or a `Request` of the Fetch API. */
interface IncomingRequest {
  readonly headers: RequestHeaders;
}

/** Verifies the tokens of another server. */
export interface TokenVerifier {
  /**
   * Verifies an access token: signature, algorithm, times, issuer, audience, type.
   *
   * @throws NoAcceptedToken whose `reason` says why, TokenInvalid; StoreUnavailable where the keys or the revocations cannot be
   * fetched; with `revocations` SessionRevoked
   */
  verify(token: string): Promise<VerifiedRequest>;
  /** The context function of an Apollo Server. */
  readonly context: (input: { readonly req: IncomingRequest }) => Promise<VerifierContext>;
  /** Stops polling for revocations. */
  close(): void;
}

const ASYMMETRIC = ALGORITHMS.filter((algorithm) => !isSymmetric(algorithm));

/**
 * Makes a verifier. Without `revocations` it trusts a token until it expires, as `JWT_AUTHENTICATION=stateless` does.
 *
 * @throws SettingsError for a key that is missing, weak, or does not suit the algorithm
 * @example
 * ```ts
 * import { createTokenVerifier } from 'graphql-simplejwt/verifier';
 *
 * const verifier = createTokenVerifier({
 *   jwksUrl: 'https://auth.example.com/.well-known/jwks.json',
 *   issuer: 'https://auth.example.com',
 *   audience: 'orders',
 * });
 * const { user } = await verifier.verify(accessToken);
 * ```
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const {
    jwksUrl,
    key,
    algorithms,
    maxSilence,
    onError,
    revocations,
    tokenUser,
    clock = systemClock,
    ...shared
  } = options;
  const settings = settingsFromOptions(shared);
  expectSeconds('revocations.maxSilence', revocations?.maxSilence);
  expectSeconds('revocations.interval', revocations?.interval);
  const revoked =
    revocations && new Revocations({ ...(onError && { onError }), ...revocations }, clock, settings.leeway);
  const find = finderOf({ jwksUrl, key, algorithms, maxSilence, onError }, { clock, revoked });
  const acceptor = new TokenAcceptor(
    new TokenCodec({ settings, keys: { find, signing: signNothing }, clock }),
    settings,
  );
  const scheme = settings.authHeaderTypes[0] ?? 'Bearer';
  const headerName = settings.authHeaderName.toLowerCase();
  const accept = async (header: string | undefined): Promise<VerifiedRequest> => {
    const token = await acceptor.accept(header);
    if (await revoked?.include(token)) throw new SessionRevoked();
    return { user: tokenUser?.(token.claims) ?? tokenUserOf(token), token };
  };
  return {
    verify: (token) => accept(`${scheme} ${token}`),
    close: () => revoked?.close(),
    context: async ({ req: { headers } }) => {
      await restOfTurn();
      let request: Promise<VerifiedRequest> | undefined;
      return {
        auth: { authenticate: () => (request ??= accept(headerOf(headers, headerName)).catch(throwAsGraphQL)) },
      };
    },
  };
}

type KeyOptions = {
  readonly [Name in 'jwksUrl' | 'key' | 'algorithms' | 'maxSilence' | 'onError']: TokenVerifierOptions[Name];
};

function refuse(problem: string): never {
  throw new SettingsError([problem]);
}

function expectSeconds(name: string, given: number | undefined): void {
  if (given === undefined || (given > 0 && Number.isFinite(given))) return;
  refuse(`${name}: got ${String(given)}, expected a number of seconds above 0.`);
}

/** @throws SettingsError */
function finderOf(
  { jwksUrl, key, algorithms, maxSilence, onError }: KeyOptions,
  { clock, revoked }: { readonly clock: Clock; readonly revoked: Revocations | undefined },
): KeySource['find'] {
  expectSeconds('maxSilence', maxSilence);
  if (jwksUrl !== undefined) {
    if (key !== undefined) refuse('key: given with jwksUrl, whose keys verify; expected one of them alone.');
    if (!/^https?:/.test(jwksUrl) || !URL.canParse(jwksUrl)) {
      refuse(`jwksUrl: got ${JSON.stringify(jwksUrl)}, expected an https or http URL.`);
    }
    const odd = algorithms?.find((algorithm) => !ASYMMETRIC.includes(algorithm));
    if (odd !== undefined) refuse(`algorithms: got ${odd} with jwksUrl, expected some of ${ASYMMETRIC.join(', ')}.`);
    const remote = new RemoteKeys({
      url: jwksUrl,
      algorithms: algorithms ?? ASYMMETRIC,
      clock,
      ...(maxSilence !== undefined && { maxSilence }),
      ...(onError && { onError }),
    });
    return async (kid) => {
      const found = await remote.find(kid);
      if (found?.kid === undefined || revoked === undefined || (await revoked.acceptNow(found.kid))) return found;
      remote.forget(found.kid); // so that strangers who name it make no further request of the feed
      return null;
    };
  }
  if (maxSilence !== undefined)
    refuse('maxSilence: given without jwksUrl, where no keys are fetched; expected neither.');
  const [algorithm, ...more] = algorithms ?? [];
  if (algorithm === undefined || more.length > 0 || !ALGORITHMS.includes(algorithm)) {
    return refuse(`algorithms: got ${algorithms?.join(', ') ?? 'none'}, expected the one algorithm of the key.`);
  }
  if (key === undefined) return refuse('jwksUrl: not set, expected the URL of a JWK set, or a key.');
  const found = { key: readKey('key', key, isSymmetric(algorithm) ? 'secret' : 'public', algorithm), algorithm };
  return async (kid) => {
    const isGood = kid === undefined || revoked === undefined || (await revoked.accept(kid));
    return isGood ? found : null;
  };
}

function signNothing(): never {
  throw new Error('a verifier signs nothing');
}
