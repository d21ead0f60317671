import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { authErrorIn, InvalidInput } from '../contracts/errors.ts';
import { trimmed } from '../contracts/request-text.ts';
import type { MintedSlidingToken } from '../core/tokens/token-minter.ts';
import type { TokenPair } from '../core/tokens/token-service.ts';
import type { AuthContext, RequestAuth } from './context.ts';
import { Operation, type CountedAccount } from './operation.ts';
import type { RefreshCookie } from './refresh-cookie.ts';
import {
  BlacklistedTokenType,
  RefreshedTokensType,
  SlidingTokenType,
  TokenPairType,
  VerifiedTokenType,
} from './types.ts';

const USERNAME = { description: 'Case, Unicode form and white space around it are ignored.' };
const PASSWORD = { description: 'White space around it is ignored; all other characters are significant.' };

/** simplejwt's token operations. None of them looks at the header: holding the token is enough. */
@Resolver()
export class TokenResolver {
  @Operation({ access: 'open', credential: true, throttle: 'sign_in', countedFor: theGivenName })
  @Mutation(() => TokenPairType, {
    description:
      'Signs in and starts a session. A wrong username, a wrong password and a disabled account all fail with the reason `no_active_account`. After many failures the reason is `throttled`: retry after `retryAfter` seconds.',
  })
  async tokenObtainPair(
    @Arg('username', () => String, USERNAME) username: string,
    @Arg('password', () => String, PASSWORD) password: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<TokenPairType> {
    const cookie = auth.refreshCookie();
    const former = cookie?.token;
    const user = await auth.users.authenticate(givenText('username', username), password, auth.client);
    const pair = await auth.tokens.forUser(user, { client: auth.client });
    if (former) await endFormer(former, auth);
    return toTokenPair(pair, cookie);
  }

  @Operation({ access: 'open', throttle: 'refresh' })
  @Mutation(() => RefreshedTokensType, {
    description:
      'Exchanges a refresh token for an access token and the next refresh token. A repeated call returns the same successor until that is used, within limits, so a lost response or a second tab signs nobody out. Any other reuse ends the session. An address that refreshes too often is told `throttled`.',
  })
  async tokenRefresh(
    @Arg('refresh', () => String, {
      nullable: true,
      description: 'The current refresh token. Omit it in cookie mode.',
    })
    refresh: string | null | undefined,
    @Ctx() { auth }: AuthContext,
  ): Promise<RefreshedTokensType> {
    const cookie = auth.refreshCookie();
    const presented = givenRefresh(refresh, cookie);
    const tokens = await auth.tokens.refresh(presented, auth.client);
    cookie?.hold({ token: tokens.refresh.token ?? presented, expiresAt: tokens.refresh.expiresAt });
    return {
      access: tokens.access.token,
      refresh: cookie ? null : tokens.refresh.token,
      accessExpiresAt: tokens.access.expiresAt,
      refreshExpiresAt: tokens.refresh.expiresAt,
    };
  }

  @Operation({ access: 'open' })
  @Mutation(() => VerifiedTokenType, {
    description:
      'Checks a token of any type: signature, expiry, blacklist, session and user. An invalid token is an error. A superseded refresh token is valid as long as `tokenRefresh` would still answer it.',
  })
  async tokenVerify(
    @Arg('token', () => String, { description: 'An access, refresh or sliding token.' }) token: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<VerifiedTokenType> {
    const { type, userId, jti, issuedAt, expiresAt, claims } = await auth.tokens.verify(givenText('token', token));
    return {
      tokenType: type || 'untyped',
      userId,
      jti,
      issuedAt: issuedAt === null ? null : new Date(issuedAt * 1000),
      expiresAt: new Date(expiresAt * 1000),
      claims,
    };
  }

  @Operation({ access: 'open' })
  @Mutation(() => BlacklistedTokenType, {
    description:
      'Signs out: ends the session of a refresh token, with all its tokens. A second call with the same token is an error.',
  })
  async tokenBlacklist(
    @Arg('refresh', () => String, {
      nullable: true,
      description: 'A refresh token. Omit it in cookie mode.',
    })
    refresh: string | null | undefined,
    @Ctx() { auth }: AuthContext,
  ): Promise<BlacklistedTokenType> {
    const cookie = auth.refreshCookie();
    const blacklisted = await auth.tokens.blacklist(givenRefresh(refresh, cookie), 'refresh', auth.client);
    cookie?.clear();
    return blacklisted;
  }

  @Operation({ access: 'open', credential: true, throttle: 'sign_in', countedFor: theGivenName })
  @Mutation(() => SlidingTokenType, {
    description:
      'Signs in with a sliding token, which authenticates requests and can itself be refreshed. It fails as `tokenObtainPair` does.',
  })
  async tokenObtainSliding(
    @Arg('username', () => String, USERNAME) username: string,
    @Arg('password', () => String, PASSWORD) password: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<SlidingTokenType> {
    const user = await auth.users.authenticate(givenText('username', username), password, auth.client);
    return auth.tokens.slidingForUser(user, { client: auth.client });
  }

  @Operation({ access: 'open', throttle: 'refresh' })
  @Mutation(() => SlidingTokenType, {
    description: 'Extends a sliding token, as long as it can be refreshed.',
  })
  tokenRefreshSliding(
    @Arg('token', () => String, { description: 'A sliding token that has not expired.' }) token: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<MintedSlidingToken> {
    return auth.tokens.refreshSliding(givenText('token', token), auth.client);
  }
}

/** Attempts count for the account that a name means, whether or not there is one. */
function theGivenName({ username }: Readonly<Record<string, unknown>>, auth: RequestAuth): CountedAccount {
  return { account: auth.countedName(trimmed(String(username))) };
}

/** A browser that signs in again leaves the session that its cookie held, which would live on unseen (ASVS 7.2.4). */
async function endFormer(token: string, { tokens, client }: RequestAuth): Promise<void> {
  try {
    await tokens.blacklist(token, 'refresh', client);
  } catch (error) {
    const hasEnded = authErrorIn(error)?.code === 'UNAUTHENTICATED';
    if (!hasEnded) throw error;
  }
}

/** The refresh token of a request: its own, or that of its cookie. */
function givenRefresh(refresh: string | null | undefined, cookie: RefreshCookie | null): string {
  if (refresh != null) return givenText('refresh', refresh);
  if (cookie === null) throw new InvalidInput('refresh', 'This field is required.');
  return cookie.read();
}

/** A pair as the API answers it: its refresh token goes to the cookie, if there is one. */
export function toTokenPair({ access, refresh }: TokenPair, cookie: RefreshCookie | null): TokenPairType {
  cookie?.hold(refresh);
  return {
    access: access.token,
    refresh: cookie ? null : refresh.token,
    accessExpiresAt: access.expiresAt,
    refreshExpiresAt: refresh.expiresAt,
  };
}

/**
 * An argument as Django REST framework reads it: without white space around it, such as the end of a line that was copied
 * along.
 *
 * @throws InvalidInput if nothing is left
 */
function givenText(field: string, text: string): string {
  const given = trimmed(text);
  if (given === '') throw new InvalidInput(field, 'This field may not be blank.');
  return given;
}
