import { authErrorIn } from '../../src/contracts/errors.ts';
import type { Auth } from '../../src/graphql/auth.ts';
import {
  HelloDocument,
  TokenBlacklistDocument,
  TokenRefreshDocument,
  TokenRefreshSlidingDocument,
  TokenVerifyDocument,
} from '../generated/operations.ts';
import type { Client } from './client.ts';

/** Every place where a token of a stranger is read, and the type of token that opens it. */
export const DOORS = {
  hello: 'access',
  tokenRefresh: 'refresh',
  tokenVerify: 'refresh',
  tokenBlacklist: 'refresh',
  tokenRefreshSliding: 'sliding',
} as const;

export type Door = keyof typeof DOORS;

export const doors = Object.keys(DOORS) as Door[];

/** `accepted`, a refusal's reason, or for anything else what it is: no token may bring it about. */
export type Verdict = string;

/** How a token may be refused that nobody should have made. */
export const REFUSALS: ReadonlySet<Verdict> = new Set([
  'token_not_valid',
  'token_expired',
  'token_wrong_type',
  'token_blacklisted',
  'session_revoked', // an access token of a session that there never was
  'bad_authorization_header', // with white space in it, or none at all
]);

function enter(auth: Auth, door: Door, token: string): Promise<unknown> {
  switch (door) {
    case 'hello':
      return auth
        .context({ req: { headers: { authorization: `Bearer ${token}` } } })
        .then((context) => context.auth.authenticate());
    case 'tokenRefresh':
      return auth.tokens.refresh(token);
    case 'tokenVerify':
      return auth.tokens.verify(token);
    case 'tokenBlacklist':
      return auth.tokens.blacklist(token);
    case 'tokenRefreshSliding':
      return auth.tokens.refreshSliding(token);
  }
}

/** Presents a token to the services in this process. */
export function presentTo(auth: Auth, door: Door, token: string): Promise<Verdict> {
  return enter(auth, door, token).then(
    () => 'accepted',
    (error: unknown) => {
      const refusal = authErrorIn(error);
      return refusal?.code === 'UNAUTHENTICATED' ? refusal.reason : `no refusal: ${String(error)}`;
    },
  );
}

function ask(client: Client, door: Door, token: string) {
  switch (door) {
    case 'hello':
      return client.send(HelloDocument, {}, { token });
    case 'tokenRefresh':
      return client.send(TokenRefreshDocument, { refresh: token });
    case 'tokenVerify':
      return client.send(TokenVerifyDocument, { token });
    case 'tokenBlacklist':
      return client.send(TokenBlacklistDocument, { refresh: token });
    case 'tokenRefreshSliding':
      return client.send(TokenRefreshSlidingDocument, { token });
  }
}

/** Presents a token over HTTP. */
export async function sendTo(client: Client, door: Door, token: string): Promise<Verdict> {
  const { status, data, errors } = await ask(client, door, token);
  if (errors.length === 0 && data !== null) return 'accepted';
  const { code, reason } = errors[0]?.extensions ?? {};
  return status === 200 && code === 'UNAUTHENTICATED' ? String(reason) : `no refusal: ${status} ${String(code)}`;
}

/** What the header of a request can hold (RFC 9110 5.5), and `fetch` sends as it is. */
export const fitsHeader = (token: string): boolean => /^[\x21-\x7e]+$/.test(token) && token.length < 8000;
