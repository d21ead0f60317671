import type { Client } from '../hooks.ts';
import type { SessionService } from '../sessions/session-service.ts';
import type { Authenticated, Authenticator } from '../tokens/authenticator.ts';
import type { TokenService } from '../tokens/token-service.ts';
import type { UserService } from '../users/user-service.ts';

/** What the resolvers work with. */
export interface AuthServices {
  readonly tokens: TokenService;
  readonly users: UserService;
  readonly sessions: SessionService;
  readonly authenticator: Authenticator;
}

/** A request, as Express, Fastify, Apollo's standalone server and plain Node.js have it. */
export interface IncomingRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Given by Express and Fastify, proxies taken into account. */
  readonly ip?: string | undefined;
  readonly socket?: { readonly remoteAddress?: string | undefined };
}

/** What every resolver finds in its context under `auth`. */
export interface RequestAuth extends AuthServices {
  readonly client: Client;
  /**
   * Who makes this request, read once at the first call; what is wrong with the header is thrown then, and not before.
   *
   * @throws AuthError
   */
  authenticate(): Promise<Authenticated>;
}

/** The context of our resolvers. Spread it into your own. */
export interface AuthContext {
  readonly auth: RequestAuth;
}

/**
 * Makes the context function of an Apollo Server. It reads the header and verifies nothing, so that a stale token
 * never breaks a sign-in or a refresh.
 */
export function createContextFunction(
  services: AuthServices,
  authHeaderName: string,
): (input: { req: IncomingRequest }) => Promise<AuthContext> {
  const headerName = authHeaderName.toLowerCase();
  return async ({ req }) => {
    let authenticated: Promise<Authenticated> | undefined;
    const auth: RequestAuth = {
      ...services,
      client: {
        userAgent: headerOf(req, 'user-agent') ?? null,
        ipAddress: req.ip ?? req.socket?.remoteAddress ?? null,
      },
      authenticate: () => (authenticated ??= services.authenticator.authenticate(headerOf(req, headerName))),
    };
    return { auth };
  };
}

function headerOf({ headers }: IncomingRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' || value === undefined ? value : value.join(' ');
}
