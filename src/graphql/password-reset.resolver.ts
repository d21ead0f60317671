import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { trimmed } from '../contracts/request-text.ts';
import { roomOf } from '../core/rooms.ts';
import type { AuthContext, RequestAuth } from './context.ts';
import { Operation, type CountedAccount } from './operation.ts';
import type { OptionalPart } from './optional-part.ts';

/** Part of the schema only where passwords are reset by mail. */
@Resolver()
class PasswordResetRequestResolver {
  @Operation({ access: 'open', throttle: 'password_reset_request', countedFor: theNamedAccount })
  @Mutation(() => Boolean, {
    description:
      'Sends a link for `passwordReset` to the address of an account. The answer is always true, whether or not there is such an account, and takes the same time. Too many requests from one address: the reason is `throttled`. Part of the schema with `PASSWORD_RESET`.',
  })
  async passwordResetRequest(
    @Arg('usernameOrEmail', () => String, { description: 'The username or the e-mail address of the account.' })
    usernameOrEmail: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<boolean> {
    await roomOf(auth.rooms, 'recovery').requestPasswordReset(usernameOrEmail, auth);
    return true;
  }
}

/** Part of the schema only where passwords are set by a link: those that were forgotten, and those of users who were invited. */
@Resolver()
export class PasswordResetResolver {
  @Operation({ access: 'open', credential: true, throttle: 'mail_link' })
  @Mutation(() => Boolean, {
    description:
      'Sets a password by the link of a mail, which has the token after `#passwordReset=`, ends all sessions of the user with their access tokens, and starts none: sign in with `tokenObtainPair`. A link works once, for 30 minutes (an invitation for a week), and until the password or the address changes; otherwise the reason is `link_not_valid`. Part of the schema with `PASSWORD_RESET`, or with `USER_ADMINISTRATION` and `EMAIL`.',
  })
  async passwordReset(
    @Arg('token', () => String, { description: 'The token of the link.' }) token: string,
    @Arg('newPassword', () => String, { description: '8 to 256 characters of any kind.' }) newPassword: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<boolean> {
    await roomOf(auth.rooms, 'recovery').resetPassword(token, newPassword, auth.client);
    await auth.rooms.notices?.settled();
    return true;
  }
}

/** Requests count for what was typed, whether or not there is such an account. */
function theNamedAccount({ usernameOrEmail }: Readonly<Record<string, unknown>>, auth: RequestAuth): CountedAccount {
  return { account: auth.countedName(trimmed(String(usernameOrEmail))) };
}

/** What `PASSWORD_RESET` adds. */
export const passwordResetPart: OptionalPart = { resolvers: [PasswordResetRequestResolver, PasswordResetResolver] };
