import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { InvalidInput } from '../contracts/errors.ts';
import { givenText, trimmed } from '../contracts/request-text.ts';
import { roomOf } from '../core/rooms.ts';
import type { MintedSlidingToken } from '../core/tokens/token-minter.ts';
import type { AuthContext, RequestAuth } from './context.ts';
import { actingAdmin } from './current-admin.ts';
import { currentUser, theCaller } from './current-user.ts';
import { Operation, type CountedAccount } from './operation.ts';
import type { OptionalPart } from './optional-part.ts';
import { CURRENT_PASSWORD, OWN_CODE } from './proof-arguments.ts';
import { RecoveryCodesType, SecondFactorType, TotpSetupType } from './second-factor-types.ts';
import { DEVICE_NAME, startPair, startSliding } from './sign-in.ts';
import { SlidingTokenType, TokenPairType } from './types.ts';

const CHALLENGE = {
  description: '`extensions.challenge` of the error `second_factor_required`. It lasts five minutes.',
};
const CODE = {
  description: 'Six digits of the authenticator app, or a recovery code. Spaces and hyphens are ignored.',
};
const CHANGE = { access: 'guarded', credential: true, throttle: 'password_change', countedFor: theCaller } as const;

/** Part of the schema only where second factors are on. */
@Resolver()
class SecondFactorResolver {
  @Operation({
    access: 'open',
    givesTokens: true,
    credential: true,
    throttle: 'second_factor',
    countedFor: theChallenged,
  })
  @Mutation(() => TokenPairType, {
    description:
      'With `SECOND_FACTOR`: ends a sign-in that `tokenObtainPair` answered with the reason `second_factor_required`. A wrong code has the reason `wrong_code`; after five of them, or five minutes, it is `challenge_not_valid`: ask for the password again. A code works once.',
  })
  async tokenObtainPairOtp(
    @Arg('challenge', () => String, CHALLENGE) challenge: string,
    @Arg('code', () => String, CODE) code: string,
    @Arg('deviceName', () => String, DEVICE_NAME) deviceName: string | null | undefined,
    @Ctx() { auth }: AuthContext,
  ): Promise<TokenPairType> {
    const cookie = auth.refreshCookie();
    const name = auth.rooms.devices?.givenName(deviceName);
    const signIn = await roomOf(auth.rooms, 'codeSignIn').answer(challenge, givenText('code', code), auth.client);
    return startPair(auth, cookie, { ...signIn, deviceName: name });
  }

  @Operation({
    access: 'open',
    givesTokens: true,
    credential: true,
    throttle: 'second_factor',
    countedFor: theChallenged,
  })
  @Mutation(() => SlidingTokenType, {
    description: 'With `SECOND_FACTOR`: the same for `tokenObtainSliding`.',
  })
  async tokenObtainSlidingOtp(
    @Arg('challenge', () => String, CHALLENGE) challenge: string,
    @Arg('code', () => String, CODE) code: string,
    @Arg('deviceName', () => String, DEVICE_NAME) deviceName: string | null | undefined,
    @Ctx() { auth }: AuthContext,
  ): Promise<MintedSlidingToken> {
    const name = auth.rooms.devices?.givenName(deviceName);
    const signIn = await roomOf(auth.rooms, 'codeSignIn').answer(challenge, givenText('code', code), auth.client);
    return startSliding(auth, { ...signIn, deviceName: name });
  }

  @Operation({ access: 'guarded' })
  @Query(() => SecondFactorType, { description: "With `SECOND_FACTOR`: the caller's second factor." })
  async secondFactor(@Ctx() { auth }: AuthContext): Promise<SecondFactorType> {
    const { id } = await currentUser(auth);
    return roomOf(auth.rooms, 'factors').state(id);
  }

  @Operation({ ...CHANGE, stepUp: true })
  @Mutation(() => TotpSetupType, {
    description:
      'With `SECOND_FACTOR`: creates the secret of a new authenticator app. Confirm it with `totpConfirm` within fifteen minutes; until then, an existing app stays in use. With `STEP_UP` it needs a recent sign-in.',
  })
  async totpSetUp(
    @Arg('password', () => String, CURRENT_PASSWORD) password: string,
    @Arg('code', () => String, OWN_CODE) code: string | null | undefined,
    @Ctx() { auth }: AuthContext,
  ): Promise<TotpSetupType> {
    const { id } = await currentUser(auth);
    const { record } = await roomOf(auth.rooms, 'proof').prove(id, { password, code }, auth.client);
    return roomOf(auth.rooms, 'enrolment').begin(record);
  }

  @Operation({ access: 'guarded', credential: true, throttle: 'second_factor', countedFor: theCaller })
  @Mutation(() => RecoveryCodesType, {
    description:
      'With `SECOND_FACTOR`: confirms the app of `totpSetUp` by its first code. From then on sign-ins ask for a code. Returns new recovery codes; earlier ones are void.',
  })
  async totpConfirm(
    @Arg('code', () => String, { description: 'Six digits that the app shows.' }) code: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<RecoveryCodesType> {
    const { id } = await currentUser(auth);
    return { codes: await roomOf(auth.rooms, 'enrolment').confirm(id, givenText('code', code), auth.client) };
  }

  @Operation({ ...CHANGE, stepUp: true })
  @Mutation(() => Boolean, {
    description:
      'With `SECOND_FACTOR`: removes the authenticator app and all recovery codes; sign-ins ask for the password alone again. False if there was none. With `STEP_UP` it needs a recent sign-in.',
  })
  async totpRemove(
    @Arg('password', () => String, CURRENT_PASSWORD) password: string,
    @Arg('code', () => String, OWN_CODE) code: string | null | undefined,
    @Ctx() { auth }: AuthContext,
  ): Promise<boolean> {
    const { id } = await currentUser(auth);
    await roomOf(auth.rooms, 'proof').prove(id, { password, code }, auth.client);
    return roomOf(auth.rooms, 'factors').remove(id, { client: auth.client });
  }

  @Operation({ ...CHANGE, stepUp: true })
  @Mutation(() => RecoveryCodesType, {
    description:
      'With `SECOND_FACTOR`: creates new recovery codes; earlier ones are void. With `STEP_UP` it needs a recent sign-in.',
  })
  async recoveryCodesRenew(
    @Arg('password', () => String, CURRENT_PASSWORD) password: string,
    @Arg('code', () => String, OWN_CODE) code: string | null | undefined,
    @Ctx() { auth }: AuthContext,
  ): Promise<RecoveryCodesType> {
    const { id } = await currentUser(auth);
    await roomOf(auth.rooms, 'proof').prove(id, { password, code }, auth.client);
    const codes = await roomOf(auth.rooms, 'factors').renewRecoveryCodes(id, auth.client);
    if (codes !== null) return { codes };
    throw new InvalidInput('code', 'There is no second factor, so there are no recovery codes. Add an app first.');
  }
}

/** The same, for admins. */
@Resolver()
class SecondFactorAdminResolver {
  @Operation({ access: 'admin', stepUp: true })
  @Mutation(() => Boolean, {
    description:
      'For admins, with `SECOND_FACTOR`: removes the second factor of a user who has lost it, recovery codes included. First make sure that it is this user who asks. False if there was none. With `STEP_UP` it needs a recent sign-in.',
  })
  async userRemoveSecondFactor(
    @Arg('id', () => ID, { description: "The user's id, from `users`." }) id: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<boolean> {
    return roomOf(auth.rooms, 'factors').remove(id, await actingAdmin(auth));
  }
}

/** Attempts count for the account that a challenge is of, those with a recovery code by themselves. */
function theChallenged({ challenge, code }: Readonly<Record<string, unknown>>, auth: RequestAuth): CountedAccount {
  return roomOf(auth.rooms, 'codeSignIn').countedFor(String(challenge), trimmed(String(code)));
}

/** What `SECOND_FACTOR` adds. */
export const secondFactorPart: OptionalPart = {
  resolvers: [SecondFactorResolver],
  adminResolvers: [SecondFactorAdminResolver],
  types: [SecondFactorType, TotpSetupType, RecoveryCodesType],
};
