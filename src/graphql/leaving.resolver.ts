import { GraphQLJSONObject } from 'graphql-scalars';
import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { roomOf } from '../core/rooms.ts';
import type { AuthContext } from './context.ts';
import { currentUser, theCaller } from './current-user.ts';
import { Operation } from './operation.ts';
import type { OptionalPart } from './optional-part.ts';
import { CURRENT_PASSWORD, OWN_CODE } from './proof-arguments.ts';

/** Part of the schema only where users may leave by themselves. */
@Resolver()
class LeavingResolver {
  @Operation({ access: 'guarded', stepUp: true })
  @Query(() => GraphQLJSONObject, {
    description:
      'With `ACCOUNT_SELF_SERVICE`: everything stored about the caller, as JSON, except the password hash and the secrets of the second factor. With `STEP_UP` it needs a recent sign-in.',
  })
  async accountExport(@Ctx() { auth }: AuthContext): Promise<Readonly<Record<string, unknown>>> {
    const { sessionId: _sessionId, ...account } = await currentUser(auth);
    return roomOf(auth.rooms, 'leaving').export(account, auth.client);
  }

  @Operation({ access: 'guarded', credential: true, throttle: 'password_change', countedFor: theCaller, stepUp: true })
  @Mutation(() => Boolean, {
    description:
      'With `ACCOUNT_SELF_SERVICE`: deletes the account of the caller, ends all its sessions, and removes personal data from them. It cannot be undone. Admins are refused: the reason is `own_account`. With `STEP_UP` it needs a recent sign-in.',
  })
  async accountDelete(
    @Arg('password', () => String, CURRENT_PASSWORD) password: string,
    @Arg('code', () => String, OWN_CODE) code: string | null | undefined,
    @Ctx() { auth }: AuthContext,
  ): Promise<boolean> {
    const cookie = auth.refreshCookie();
    const { id } = await currentUser(auth);
    await roomOf(auth.rooms, 'leaving').delete(id, { password, code }, auth.client);
    // Somebody else may have signed in meanwhile, whose cookie it is.
    const isOfOther = cookie?.token !== undefined && (await auth.tokens.inspect(cookie.token)).valid;
    if (!isOfOther) cookie?.clear();
    return true;
  }
}

/** What `ACCOUNT_SELF_SERVICE` adds. */
export const leavingPart: OptionalPart = { resolvers: [LeavingResolver] };
