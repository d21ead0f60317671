import type { Claims } from '../contracts/claims.ts';
import { SessionRevoked } from '../contracts/errors.ts';
import { headerOf, type RequestHeaders } from '../contracts/request-text.ts';
import type { TokenUser } from '../contracts/hooks.ts';
import { SettingsError } from '../contracts/settings/settings-error.ts';
import type { VerifierSettings } from '../contracts/settings/verifier-settings.ts';
import { TokenAcceptor, tokenUserOf, type AcceptedToken, type TokenEngine } from '../core/tokens/token-acceptor.ts';
import { throwAsGraphQL } from './graphql-errors.ts';

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

/** What makes a verifier of an engine. */
export interface VerifierParts {
  readonly engine: TokenEngine;
  readonly settings: VerifierSettings;
  readonly tokenUser: ((claims: Claims) => TokenUser) | undefined;
  /** Whether a token was revoked; undefined where nothing is known of that. */
  readonly isRevoked: ((token: AcceptedToken) => Promise<boolean>) | undefined;
  /** Resolves when a request may go on. */
  readonly turn: () => Promise<void>;
  readonly close: () => void;
}

/** The verifier of either engine. */
export function makeVerifier({ engine, settings, tokenUser, isRevoked, turn, close }: VerifierParts): TokenVerifier {
  const acceptor = new TokenAcceptor(engine, settings);
  const scheme = settings.authHeaderTypes[0] ?? 'Bearer';
  const headerName = settings.authHeaderName.toLowerCase();
  const accept = async (header: string | undefined): Promise<VerifiedRequest> => {
    const token = await acceptor.accept(header);
    if (await isRevoked?.(token)) throw new SessionRevoked();
    return { user: tokenUser?.(token.claims) ?? tokenUserOf(token), token };
  };
  return {
    verify: (token) => accept(`${scheme} ${token}`),
    close,
    context: async ({ req: { headers } }) => {
      await turn();
      let request: Promise<VerifiedRequest> | undefined;
      return {
        auth: { authenticate: () => (request ??= accept(headerOf(headers, headerName)).catch(throwAsGraphQL)) },
      };
    },
  };
}

/** @throws SettingsError */
export function refuse(problem: string): never {
  throw new SettingsError([problem]);
}

/** @throws SettingsError */
export function expectSeconds(name: string, given: number | undefined): void {
  if (given === undefined || (given > 0 && Number.isFinite(given))) return;
  refuse(`${name}: got ${String(given)}, expected a number of seconds above 0.`);
}

/**
 * Refuses what is no `jwksUrl`, and a key beside it.
 *
 * @throws SettingsError
 */
export function expectJwksUrl(jwksUrl: string, key: string | undefined): void {
  if (key !== undefined) refuse('key: given with jwksUrl, whose keys verify; expected one of them alone.');
  if (/^https?:/.test(jwksUrl) && URL.canParse(jwksUrl)) return;
  refuse(`jwksUrl: got ${JSON.stringify(jwksUrl)}, expected an https or http URL.`);
}
