import type { Claims } from '../contracts/claims.ts';
import { SessionRevoked } from '../contracts/errors.ts';
import { headerOf, type RequestHeaders } from '../contracts/request-text.ts';
import type { TokenUser } from '../contracts/hooks.ts';
import type { VerifierSettings } from '../contracts/settings/verifier-settings.ts';
import { TokenAcceptor, tokenUserOf, type AcceptedToken, type TokenEngine } from '../core/tokens/token-acceptor.ts';
import type { ProofVerification, ProvenRequest } from './dpop.ts';
import { throwAsGraphQL } from './graphql-errors.ts';

/** The user and the token of a request. */
export interface VerifiedRequest {
  readonly user: TokenUser;
  readonly token: AcceptedToken;
  /**
   * The thumbprint (RFC 7638) of the key that the token is bound to, its claim `cnf.jkt`; null where it is bound to none. With the
   * option `dpop`, who sent it has proved to hold that key; without, nobody has asked.
   */
  readonly keyThumbprint: string | null;
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
  /** This and the next two are read with the option `dpop`. */
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly originalUrl?: string | undefined;
}

/** The request that brought a token with a proof. */
export interface RequestWithProof {
  readonly method: string;
  /** As it was received: a path, or a whole URL, of which the path counts. */
  readonly url: string;
  /** The value of its header `DPoP`. */
  readonly proof: string;
}

/** Verifies the tokens of another server. */
export interface TokenVerifier {
  /**
   * Verifies an access token: signature, algorithm, times, issuer, audience, type; with the option `dpop` also whether who sends it
   * holds its key.
   *
   * @param request what brought the token as `Authorization: DPoP`; left out for one that came as Bearer
   * @throws NoAcceptedToken whose `reason` says why, TokenInvalid; StoreUnavailable where the keys, the revocations or the memory of
   * proofs cannot be had; with `revocations` SessionRevoked; with `dpop` ProofRequired, ProofInvalid
   */
  verify(token: string, request?: RequestWithProof): Promise<VerifiedRequest>;
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
  /** Undefined where tokens are accepted without a proof. */
  readonly proofs: ProofVerification | undefined;
  /** Resolves when a request may go on. */
  readonly turn: () => Promise<void>;
  readonly close: () => void;
}

/** The verifier of either engine. */
export function makeVerifier(parts: VerifierParts): TokenVerifier {
  const { engine, settings, tokenUser, isRevoked, proofs, turn, close } = parts;
  const acceptor = new TokenAcceptor(engine, settings, proofs?.binding);
  const scheme = settings.authHeaderTypes[0] ?? 'Bearer';
  const headerName = settings.authHeaderName.toLowerCase();
  const accept = async (header: string | undefined, request: ProvenRequest): Promise<VerifiedRequest> => {
    const token = await acceptor.accept(header, proofs?.proveOf(request));
    if (await isRevoked?.(token)) throw new SessionRevoked();
    return { user: tokenUser?.(token.claims) ?? tokenUserOf(token), token, keyThumbprint: thumbprintIn(token.claims) };
  };
  return {
    verify: (token, request) =>
      accept(`${request && proofs ? 'DPoP' : scheme} ${token}`, request ?? { proof: undefined }),
    close,
    context: async ({ req: { headers, method, url, originalUrl } }) => {
      await turn();
      let request: Promise<VerifiedRequest> | undefined;
      const verified = () =>
        accept(headerOf(headers, headerName), { method, url, originalUrl, proof: headerOf(headers, 'dpop') });
      return { auth: { authenticate: () => (request ??= verified().catch(throwAsGraphQL)) } };
    },
  };
}

/** `cnf.jkt` (RFC 9449 6.1). Tokens of others may be bound in other ways. */
function thumbprintIn({ cnf }: Claims): string | null {
  const { jkt } = Object(cnf) as { readonly jkt?: unknown };
  return typeof jkt === 'string' ? jkt : null;
}
