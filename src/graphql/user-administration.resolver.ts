import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { roomOf } from '../core/rooms.ts';
import type { AuthContext } from './context.ts';
import { actingAdmin } from './current-admin.ts';
import { Operation } from './operation.ts';
import type { OptionalPart } from './optional-part.ts';
import { PasswordResetResolver } from './password-reset.resolver.ts';
import { UserType } from './types.ts';

const USERNAME = { description: '1 to 150 letters, digits and @ . + - _ characters, or an e-mail address.' };
const PASSWORD = { description: '8 to 256 characters of any kind.' };
const USER_ID = { description: "The user's id, from `users`." };

/** What admins may do with accounts; part of the schema only where a setting turns it on. */
@Resolver()
class UserAdministrationResolver {
  @Operation({ access: 'admin', credential: true, stepUp: true })
  @Mutation(() => UserType, {
    description:
      'For admins: creates an account. `email` counts as verified, without a link. With `STEP_UP` it needs a recent sign-in. Part of the schema with `USER_ADMINISTRATION`.',
  })
  async userCreate(
    @Arg('username', () => String, USERNAME) username: string,
    @Arg('password', () => String, PASSWORD) password: string,
    @Arg('email', () => String, { nullable: true, description: 'Their e-mail address. Needs `EMAIL`.' })
    email: string | null | undefined,
    @Ctx() { auth }: AuthContext,
  ): Promise<UserType> {
    return auth.administration.create({ username, password, ...(email != null && { email }) }, await actingAdmin(auth));
  }

  @Operation({ access: 'admin', credential: true, stepUp: true })
  @Mutation(() => UserType, {
    nullable: true,
    description:
      'For admins: sets the password of another user, and ends all their sessions. Null if the user does not exist. Admins change their own with `passwordChange`: otherwise the reason is `own_account`. With `STEP_UP` it needs a recent sign-in. Part of the schema with `USER_ADMINISTRATION`.',
  })
  async userSetPassword(
    @Arg('id', () => ID, USER_ID) id: string,
    @Arg('newPassword', () => String, PASSWORD) newPassword: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<UserType | null> {
    return auth.administration.setPassword(id, newPassword, await actingAdmin(auth));
  }

  @Operation({ access: 'admin', stepUp: true })
  @Mutation(() => Boolean, {
    description:
      'For admins: deletes another user, and ends all their sessions. Returns whether there was one. For their own account the reason is `own_account`. With `STEP_UP` it needs a recent sign-in. Part of the schema with `USER_ADMINISTRATION`.',
  })
  async userDelete(@Arg('id', () => ID, USER_ID) id: string, @Ctx() { auth }: AuthContext): Promise<boolean> {
    return auth.administration.delete(id, await actingAdmin(auth));
  }
}

/** Part of the schema only where accounts have addresses, too. */
@Resolver()
class InvitationResolver {
  @Operation({ access: 'admin', stepUp: true })
  @Mutation(() => UserType, {
    description:
      'For admins: creates an account without a password, and sends its user a link for `passwordReset`, which works for a week. After that, `passwordResetRequest` sends another. With `STEP_UP` it needs a recent sign-in. Part of the schema with `USER_ADMINISTRATION` and `EMAIL`.',
  })
  async userInvite(
    @Arg('username', () => String, USERNAME) username: string,
    @Arg('email', () => String, { description: 'Where the invitation is sent.' }) email: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<UserType> {
    const { actorId } = await actingAdmin(auth);
    return roomOf(auth.rooms, 'recovery').invite(
      { username, email },
      { actorId, client: auth.client, language: auth.language },
    );
  }
}

/** What `USER_ADMINISTRATION` adds; where accounts have addresses, users are invited, and set their password by a link. */
export const userAdministrationPart = (hasEmail: boolean): OptionalPart =>
  hasEmail
    ? { resolvers: [PasswordResetResolver], adminResolvers: [UserAdministrationResolver, InvitationResolver] }
    : { adminResolvers: [UserAdministrationResolver] };
