import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { roomOf } from '../core/rooms.ts';
import type { AuthContext } from './context.ts';
import { currentUser, theCaller } from './current-user.ts';
import { Operation } from './operation.ts';
import type { OptionalPart } from './optional-part.ts';
import { CURRENT_PASSWORD } from './proof-arguments.ts';
import { UserType } from './types.ts';

const EMAIL = 'An e-mail address, such as name@example.com.';

/** In place of `RegistrationResolver` where accounts have addresses. */
@Resolver()
class EmailRegistrationResolver {
  @Operation({ access: 'open', credential: true, throttle: 'registration' })
  @Mutation(() => UserType, {
    description:
      'Creates an account. Sign in with `tokenObtainPair` afterwards. A link for `emailVerify` is sent to `email`; until it is used, nobody can sign in with the address. The answer is the same if another account has it. Too many accounts from one address: the reason is `throttled`. Part of the schema with `REGISTRATION`; the argument `email` with `EMAIL`.',
  })
  async userRegister(
    @Arg('username', () => String, {
      description: '1 to 150 letters, digits and @ . + - _ characters, or an e-mail address.',
    })
    username: string,
    @Arg('password', () => String, { description: '8 to 256 characters of any kind.' }) password: string,
    @Arg('email', () => String, { nullable: true, description: EMAIL }) email: string | null | undefined,
    @Ctx() { auth }: AuthContext,
  ): Promise<UserType> {
    return roomOf(auth.rooms, 'recovery').register({ username, password, ...(email != null && { email }) }, auth);
  }
}

/** Part of the schema only where accounts have addresses. */
@Resolver()
class EmailResolver {
  @Operation({ access: 'guarded', credential: true, throttle: 'password_change', countedFor: theCaller, stepUp: true })
  @Mutation(() => String, {
    description:
      'Sends a link for `emailVerify` to the new address, and a notice to the current one. Nothing changes before the link is used. Returns the address. The answer is the same if another account has it. After many wrong passwords the reason is `throttled`. With `STEP_UP` it needs a recent sign-in. Part of the schema with `EMAIL`.',
  })
  async emailChange(
    @Arg('currentPassword', () => String, CURRENT_PASSWORD) currentPassword: string,
    @Arg('email', () => String, { description: EMAIL }) email: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<string> {
    const { id } = await currentUser(auth);
    return roomOf(auth.rooms, 'recovery').requestEmailChange(id, currentPassword, email, auth);
  }

  @Operation({ access: 'open', throttle: 'mail_link' })
  @Mutation(() => String, {
    description:
      'Uses the link of a mail, which has the token after `#emailVerify=`: the address it was sent to is now that of the account. Returns the address. A link works once, for a day, and until the password or the address changes; otherwise the reason is `link_not_valid`. If another account has the address by now, it is `email_taken`. Part of the schema with `EMAIL`.',
  })
  emailVerify(
    @Arg('token', () => String, { description: 'The token of the link.' }) token: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<string> {
    return roomOf(auth.rooms, 'recovery').verifyEmail(token, auth.client);
  }
}

/** What `EMAIL` adds. */
export const emailPart = (registration: boolean): OptionalPart => ({
  resolvers: [...(registration ? [EmailRegistrationResolver] : []), EmailResolver],
});
