import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { MintedSlidingToken } from '../tokens/token-minter.ts';
import type * as Services from '../tokens/token-service.ts';
import type { AuthContext } from './context.ts';
import { BlacklistedToken, RefreshedTokens, SlidingToken, TokenPair, VerifiedToken } from './types.ts';

const USERNAME = { description: 'Case and Unicode form do not matter.' };
const PASSWORD = { description: 'Every character counts.' };

/** simplejwt's token operations. None of them looks at the header: holding the token is enough. */
@Resolver()
export class TokenResolver {
  @Mutation(() => TokenPair, {
    description:
      'Signs in and starts a session. Fails with reason `no_active_account`, whether the username, the password or the state of the account is to blame.',
  })
  async tokenObtainPair(
    @Arg('username', () => String, USERNAME) username: string,
    @Arg('password', () => String, PASSWORD) password: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<TokenPair> {
    const user = await auth.users.authenticate(username, password, auth.client);
    return toTokenPair(await auth.tokens.forUser(user, { client: auth.client }));
  }

  @Mutation(() => RefreshedTokens, {
    description:
      'Exchanges a refresh token for an access token and the next refresh token. Asking again within a short while gives the same successor, so a lost response or a second tab signs nobody out; any later second use ends the session.',
  })
  async tokenRefresh(
    @Arg('refresh', () => String, { description: 'The current refresh token.' }) refresh: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<RefreshedTokens> {
    const tokens = await auth.tokens.refresh(refresh, auth.client);
    return {
      access: tokens.access.token,
      refresh: tokens.refresh.token,
      accessExpiresAt: tokens.access.expiresAt,
      refreshExpiresAt: tokens.refresh.expiresAt,
    };
  }

  @Mutation(() => VerifiedToken, {
    description:
      'Tells whether a token of any type is good now: signature, expiry, blacklist, session and user. A bad one is an error.',
  })
  async tokenVerify(
    @Arg('token', () => String, { description: 'An access, refresh or sliding token.' }) token: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<VerifiedToken> {
    const { type, userId, jti, issuedAt, expiresAt, claims } = await auth.tokens.verify(token);
    return {
      tokenType: type || 'untyped',
      userId,
      jti,
      issuedAt: issuedAt === null ? null : new Date(issuedAt * 1000),
      expiresAt: new Date(expiresAt * 1000),
      claims,
    };
  }

  @Mutation(() => BlacklistedToken, {
    description: 'Signs out: ends the session of a refresh token, with all its tokens. A second time is an error.',
  })
  tokenBlacklist(
    @Arg('refresh', () => String, { description: 'A refresh token.' }) refresh: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<BlacklistedToken> {
    return auth.tokens.blacklist(refresh);
  }

  @Mutation(() => SlidingToken, {
    description: 'Signs in with a single token that proves its holder and is refreshed itself.',
  })
  async tokenObtainSliding(
    @Arg('username', () => String, USERNAME) username: string,
    @Arg('password', () => String, PASSWORD) password: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<SlidingToken> {
    const user = await auth.users.authenticate(username, password, auth.client);
    return auth.tokens.slidingForUser(user, { client: auth.client });
  }

  @Mutation(() => SlidingToken, { description: 'Moves the end of a sliding token, as long as it can be refreshed.' })
  tokenRefreshSliding(
    @Arg('token', () => String, { description: 'A sliding token that has not expired.' }) token: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<MintedSlidingToken> {
    return auth.tokens.refreshSliding(token);
  }
}

/** A pair as the API answers it. */
export function toTokenPair({ access, refresh }: Services.TokenPair): TokenPair {
  return {
    access: access.token,
    refresh: refresh.token,
    accessExpiresAt: access.expiresAt,
    refreshExpiresAt: refresh.expiresAt,
  };
}
