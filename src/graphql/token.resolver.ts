import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { InvalidInput } from '../contracts/errors.ts';
import { givenText, trimmed } from '../contracts/request-text.ts';
import type { MintedSlidingToken } from '../core/tokens/token-minter.ts';
import type { AuthContext, RequestAuth } from './context.ts';
import { Operation, type CountedAccount } from './operation.ts';
import type { RefreshCookie } from './refresh-cookie.ts';
import { DEVICE_NAME, startPair, startSliding } from './sign-in.ts';
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
  @Operation({ access: 'open', givesTokens: true, credential: true, throttle: 'sign_in', countedFor: theGivenName })
  @Mutation(() => TokenPairType, {
    description:
      'Signs in and starts a session. A wrong username, a wrong password and a disabled account all fail with the reason `no_active_account`. After many failures the reason is `throttled`: retry after `retryAfter` seconds. A user with a second factor gets the reason `second_factor_required` and a `challenge`: send it with a code to `tokenObtainPairOtp`. With `JWT_DPOP`, a proof in the header `DPoP` binds the tokens to its key.',
  })
  async tokenObtainPair(
    @Arg('username', () => String, USERNAME) username: string,
    @Arg('password', () => String, PASSWORD) password: string,
    @Arg('deviceName', () => String, DEVICE_NAME) deviceName: string | null | undefined,
    @Ctx() { auth }: AuthContext,
  ): Promise<TokenPairType> {
    const cookie = auth.refreshCookie();
    const name = auth.rooms.devices?.givenName(deviceName);
    const user = await auth.users.authenticate(givenText('username', username), password, auth.client);
    return startPair(auth, cookie, { user, methods: ['pwd'], deviceName: name });
  }

  @Operation({ access: 'open', givesTokens: true, throttle: 'refresh' })
  @Mutation(() => RefreshedTokensType, {
    description:
      'Exchanges a refresh token for an access token and the next refresh token. A repeated call returns the same successor until that is used, within limits, so a lost response or a second tab signs nobody out. Any other reuse ends the session. An address that refreshes too often gets the reason `throttled`. A session that is bound to a key needs a proof of it in the header `DPoP`.',
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
    const tokens = await auth.tokens.refresh(presented, auth.client, () => auth.prove());
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

  @Operation({ access: 'open', givesTokens: true, credential: true, throttle: 'sign_in', countedFor: theGivenName })
  @Mutation(() => SlidingTokenType, {
    description:
      'Signs in with a sliding token, which authenticates requests and can itself be refreshed. It fails as `tokenObtainPair` does; a `challenge` is for `tokenObtainSlidingOtp`.',
  })
  async tokenObtainSliding(
    @Arg('username', () => String, USERNAME) username: string,
    @Arg('password', () => String, PASSWORD) password: string,
    @Arg('deviceName', () => String, DEVICE_NAME) deviceName: string | null | undefined,
    @Ctx() { auth }: AuthContext,
  ): Promise<SlidingTokenType> {
    const name = auth.rooms.devices?.givenName(deviceName);
    const user = await auth.users.authenticate(givenText('username', username), password, auth.client);
    return startSliding(auth, { user, methods: ['pwd'], deviceName: name });
  }

  @Operation({ access: 'open', givesTokens: true, throttle: 'refresh' })
  @Mutation(() => SlidingTokenType, {
    description:
      'Extends a sliding token, as long as it can be refreshed. A bound one needs a proof, as in `tokenRefresh`.',
  })
  tokenRefreshSliding(
    @Arg('token', () => String, { description: 'A sliding token that has not expired.' }) token: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<MintedSlidingToken> {
    return auth.tokens.refreshSliding(givenText('token', token), auth.client, () => auth.prove());
  }
}

/** Attempts count for the account that a name means, whether or not there is one. */
function theGivenName({ username }: Readonly<Record<string, unknown>>, auth: RequestAuth): CountedAccount {
  return { account: auth.countedName(trimmed(String(username))) };
}

/** The refresh token of a request: its own, or that of its cookie. */
function givenRefresh(refresh: string | null | undefined, cookie: RefreshCookie | null): string {
  if (refresh != null) return givenText('refresh', refresh);
  if (cookie === null) throw new InvalidInput('refresh', 'This field is required.');
  return cookie.read();
}
