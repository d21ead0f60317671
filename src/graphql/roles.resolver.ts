import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { roomOf } from '../core/rooms.ts';
import type { AuthContext } from './context.ts';
import { actingAdmin } from './current-admin.ts';
import { Operation } from './operation.ts';
import type { OptionalPart } from './optional-part.ts';
import { UserType } from './types.ts';

/** Part of the schema only where roles are on. */
@Resolver()
class RolesResolver {
  @Operation({ access: 'admin', stepUp: true })
  @Mutation(() => UserType, {
    nullable: true,
    description:
      'For admins, with `ROLES`: replaces the roles of a user. It takes effect at the next request of the user, who stays signed in. Null if the user does not exist.',
  })
  async userSetRoles(
    @Arg('id', () => ID, { description: "The user's id, from `users`." }) id: string,
    @Arg('roles', () => [String], {
      description: 'All their roles, for example `["EDITOR"]`; an empty list removes all.',
    })
    roles: string[],
    @Ctx() { auth }: AuthContext,
  ): Promise<UserType | null> {
    return roomOf(auth.rooms, 'roles').set(id, roles, await actingAdmin(auth));
  }
}

/** What `ROLES` adds. */
export const rolesPart: OptionalPart = { adminResolvers: [RolesResolver] };
