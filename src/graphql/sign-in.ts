import { authErrorIn } from '../contracts/errors.ts';
import type { User } from '../contracts/hooks.ts';
import type { MintedSlidingToken, MintOptions } from '../core/tokens/token-minter.ts';
import type { TokenPair } from '../core/tokens/token-service.ts';
import type { RequestAuth } from './context.ts';
import type { RefreshCookie } from './refresh-cookie.ts';
import type { TokenPairType } from './types.ts';

export const DEVICE_NAME = {
  nullable: true,
  description:
    'What the user calls the device, 1 to 64 characters; shown as `Session.deviceName`. Ignored unless `DEVICE_NAMES` is on.',
};

/** Who signed in, on what, in which ways (RFC 8176) or when and how. */
type SignIn = Pick<MintOptions, 'methods' | 'authentication' | 'deviceName'> & { readonly user: User };

/** Starts the session of somebody who signed in. `cookie`: that of the request, which was asked for before any work. */
export async function startPair(
  auth: RequestAuth,
  cookie: RefreshCookie | null,
  { user, ...options }: SignIn,
): Promise<TokenPairType> {
  const former = cookie?.token;
  const pair = await auth.tokens.forUser(user, { client: auth.client, boundTo: await keyOf(auth), ...options });
  if (former) await endFormer(former, auth);
  return toTokenPair(pair, cookie);
}

/** The same with a sliding token. */
export async function startSliding(auth: RequestAuth, { user, ...options }: SignIn): Promise<MintedSlidingToken> {
  return auth.tokens.slidingForUser(user, { client: auth.client, boundTo: await keyOf(auth), ...options });
}

/** What the tokens of a new session are bound to. */
const keyOf = async (auth: RequestAuth): Promise<string | undefined> => (await auth.prove())?.thumbprint;

/** A browser that signs in again leaves the session that its cookie held, which would live on unseen (ASVS 7.2.4). */
async function endFormer(token: string, { tokens, client }: RequestAuth): Promise<void> {
  try {
    await tokens.blacklist(token, 'refresh', client);
  } catch (error) {
    const hasEnded = authErrorIn(error)?.code === 'UNAUTHENTICATED';
    if (!hasEnded) throw error;
  }
}

/** A pair as the API answers it: its refresh token goes to the cookie, if there is one. */
function toTokenPair({ access, refresh }: TokenPair, cookie: RefreshCookie | null): TokenPairType {
  cookie?.hold(refresh);
  return {
    access: access.token,
    refresh: cookie ? null : refresh.token,
    accessExpiresAt: access.expiresAt,
    refreshExpiresAt: refresh.expiresAt,
  };
}
