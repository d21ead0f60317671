import { Arg, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import { ActivityHourType, KeyInfoType, ServiceType, UserConnectionType } from './admin-types.ts';
import type { AuthContext } from './context.ts';
import { actingAdmin } from './current-admin.ts';
import { Operation } from './operation.ts';
import { toSession } from './session.resolver.ts';
import { SessionType, UserType } from './types.ts';

const PAGE = 50;
const HOURS = 24;
const USER_ID = { description: "The user's id, from `users`." };

/** What admins may do. */
@Resolver()
export class AdminResolver {
  @Operation({ access: 'admin' })
  @Query(() => UserConnectionType, {
    description: 'For admins: all users, or those with `search` somewhere in their name or e-mail address.',
  })
  async users(
    @Arg('search', () => String, {
      nullable: true,
      description: 'Any part of the name or address. Case and Unicode form are ignored; ı equals i, and ς equals σ.',
    })
    search: string | null | undefined,
    @Arg('first', () => Int, { nullable: true, defaultValue: PAGE, description: 'Users per page, 1 to 100.' })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'An `endCursor`; omit it for the first page.' })
    after: string | null | undefined,
    @Ctx() { auth }: AuthContext,
  ): Promise<UserConnectionType> {
    const query = { search: search ?? '', first: first ?? PAGE, after: after ?? null };
    const { entries, hasMore, count } = await auth.administration.list(query);
    return {
      edges: entries.map(({ user, cursor }) => ({ node: user, cursor })),
      nodes: entries.map(({ user }) => user),
      get totalCount() {
        return count(); // it is read only where it is asked for
      },
      pageInfo: { hasNextPage: hasMore, endCursor: entries.at(-1)?.cursor ?? null },
    };
  }

  @Operation({ access: 'admin' })
  @Query(() => UserType, { nullable: true, description: 'For admins: one user; null if the id is unknown.' })
  user(@Arg('id', () => ID, USER_ID) id: string, @Ctx() { auth }: AuthContext): Promise<UserType | null> {
    return auth.users.find(id);
  }

  @Operation({ access: 'admin' })
  @Query(() => [SessionType], { description: 'For admins: the live sessions of a user, newest first.' })
  async userSessions(
    @Arg('userId', () => ID, USER_ID) userId: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<SessionType[]> {
    const { token } = await auth.authenticate();
    const sessions = await auth.sessions.list(userId);
    return sessions.map((session) => toSession(session, token.sessionId, auth.rooms));
  }

  @Operation({ access: 'admin' })
  @Query(() => [KeyInfoType], {
    description: 'For admins: the keys that this server signs and verifies with.',
  })
  keys(@Ctx() { auth }: AuthContext): readonly KeyInfoType[] {
    return auth.administration.keys();
  }

  @Operation({ access: 'admin' })
  @Query(() => [ServiceType], { description: 'For admins: the services that may ask about tokens, by name.' })
  services(@Ctx() { auth }: AuthContext): Promise<ServiceType[]> {
    return auth.administration.services();
  }

  @Operation({ access: 'admin' })
  @Query(() => [ActivityHourType], {
    description: 'For admins: counts for each of the last hours, the current hour last.',
  })
  activity(
    @Arg('hours', () => Int, { nullable: true, defaultValue: HOURS, description: 'Number of hours, 1 to 720.' })
    hours: number | null,
    @Ctx() { auth }: AuthContext,
  ): Promise<ActivityHourType[]> {
    return auth.administration.activity(hours ?? HOURS);
  }

  @Operation({ access: 'admin', stepUp: givesRights })
  @Mutation(() => UserType, {
    nullable: true,
    description:
      'For admins: disables or enables a user, and grants or revokes the admin role. Disabling ends all sessions of the user. Null if the user does not exist. Admins cannot disable or demote themselves: the reason is `own_account`. With `STEP_UP`, all but disabling needs a recent sign-in.',
  })
  async userUpdate(
    @Arg('id', () => ID, USER_ID) id: string,
    @Arg('isActive', () => Boolean, { nullable: true, description: 'Whether the user can sign in.' })
    isActive: boolean | null | undefined,
    @Arg('isAdmin', () => Boolean, { nullable: true, description: 'Whether the user is an admin.' })
    isAdmin: boolean | null | undefined,
    @Ctx() { auth }: AuthContext,
  ): Promise<UserType | null> {
    const changes = { ...(isActive != null && { isActive }), ...(isAdmin != null && { isAdmin }) };
    return auth.administration.update(id, changes, await actingAdmin(auth));
  }

  @Operation({ access: 'admin' })
  @Mutation(() => Int, { description: 'For admins: ends all sessions of a user; returns their number.' })
  async userRevokeSessions(
    @Arg('userId', () => ID, USER_ID) userId: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<number> {
    return auth.administration.revokeSessions(userId, await actingAdmin(auth));
  }

  @Operation({ access: 'admin' })
  @Mutation(() => SessionType, { description: 'For admins: ends one session of a user, including its access tokens.' })
  async userSessionRevoke(
    @Arg('userId', () => ID, USER_ID) userId: string,
    @Arg('id', () => ID, { description: "The session's id, from `userSessions`." }) id: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<SessionType> {
    const by = await actingAdmin(auth);
    const { token } = await auth.authenticate();
    return toSession(await auth.administration.revokeSession(userId, id, by), token.sessionId, auth.rooms);
  }
}

/** Whether a change of an account is more than keeping its user out. */
function givesRights({ isActive, isAdmin }: Readonly<Record<string, unknown>>): boolean {
  return isAdmin != null || isActive === true;
}
