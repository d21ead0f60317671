import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { AuthContext } from './context.ts';
import { currentUser, theCaller } from './current-user.ts';
import { Operation } from './operation.ts';
import { CURRENT_PASSWORD } from './proof-arguments.ts';
import { startPair } from './sign-in.ts';
import { TokenPairType, UserType } from './types.ts';

/** The caller's own account. */
@Resolver()
export class UserResolver {
  @Operation({ access: 'guarded' })
  @Query(() => String, {
    description: 'A greeting for the signed-in user, to check that a token works.',
  })
  async hello(@Ctx() { auth }: AuthContext): Promise<string> {
    const { user } = await auth.authenticate();
    return `Hello, ${user.username || user.id}!`;
  }

  @Operation({ access: 'guarded' })
  @Query(() => UserType, { description: "The caller's account." })
  me(@Ctx() { auth }: AuthContext): Promise<UserType> {
    return currentUser(auth);
  }

  @Operation({
    access: 'guarded',
    givesTokens: true,
    credential: true,
    throttle: 'password_change',
    countedFor: theCaller,
    stepUp: true,
  })
  @Mutation(() => TokenPairType, {
    description:
      "Changes the caller's password, ends all their sessions including this one, and returns the tokens of a new session. After many wrong current passwords the reason is `throttled`. With `STEP_UP` it needs a recent sign-in.",
  })
  async passwordChange(
    @Arg('currentPassword', () => String, CURRENT_PASSWORD) currentPassword: string,
    @Arg('newPassword', () => String, { description: '8 to 256 characters of any kind.' }) newPassword: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<TokenPairType> {
    const cookie = auth.refreshCookie();
    const { id, sessionId } = await currentUser(auth);
    const { authentication } = await auth.authenticate();
    const deviceName = await auth.rooms.devices?.nameBefore(sessionId);
    const user = await auth.users.changePassword(id, currentPassword, newPassword);
    // The password alone makes no sign-in recent that had a second factor, so the new session is as the one before.
    return startPair(auth, cookie, { user, authentication: authentication ?? undefined, deviceName });
  }
}

/** Part of the schema only where registration is on. */
@Resolver()
export class RegistrationResolver {
  @Operation({ access: 'open', credential: true, throttle: 'registration' })
  @Mutation(() => UserType, {
    description:
      'Creates an account. Sign in with `tokenObtainPair` afterwards. Too many accounts from one address: the reason is `throttled`.',
  })
  userRegister(
    @Arg('username', () => String, {
      description: '1 to 150 letters, digits and @ . + - _ characters, or an e-mail address.',
    })
    username: string,
    @Arg('password', () => String, { description: '8 to 256 characters of any kind.' }) password: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<UserType> {
    return auth.users.create({ username, password });
  }
}
