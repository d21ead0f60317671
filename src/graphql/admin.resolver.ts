import { Arg, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import { ActivityHourType, KeyInfoType, UserConnectionType } from './admin-types.ts';
import type { AuthContext } from './context.ts';
import { actingAdmin } from './current-admin.ts';
import { Operation } from './operation.ts';
import { toSession } from './session.resolver.ts';
import { SessionType, UserType } from './types.ts';

const PAGE = 50;
const HOURS = 24;
const USER_ID = { description: 'As `users` lists it.' };

/** What admins may do. */
@Resolver()
export class AdminResolver {
  @Operation({ access: 'admin' })
  @Query(() => UserConnectionType, { description: 'For admins: all users, or those whose name begins with a text.' })
  async users(
    @Arg('search', () => String, {
      nullable: true,
      description: 'The beginning of the name. Case and Unicode form do not matter; ı counts as i, and ς as σ.',
    })
    search: string | null | undefined,
    @Arg('first', () => Int, { nullable: true, defaultValue: PAGE, description: 'At most how many, 1 to 100.' })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'An `endCursor`; left out, the list begins.' })
    after: string | null | undefined,
    @Ctx() { auth }: AuthContext,
  ): Promise<UserConnectionType> {
    const query = { search: search ?? '', first: first ?? PAGE, after: after ?? null };
    const { entries, hasMore } = await auth.administration.list(query);
    return {
      edges: entries.map(({ user, cursor }) => ({ node: user, cursor })),
      nodes: entries.map(({ user }) => user),
      pageInfo: { hasNextPage: hasMore, endCursor: entries.at(-1)?.cursor ?? null },
    };
  }

  @Operation({ access: 'admin' })
  @Query(() => UserType, { nullable: true, description: 'For admins: one user; null if there is none of this id.' })
  user(@Arg('id', () => ID, USER_ID) id: string, @Ctx() { auth }: AuthContext): Promise<UserType | null> {
    return auth.users.find(id);
  }

  @Operation({ access: 'admin' })
  @Query(() => [SessionType], { description: 'For admins: the sessions of a user that live, the newest first.' })
  async userSessions(
    @Arg('userId', () => ID, USER_ID) userId: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<SessionType[]> {
    const { token } = await auth.authenticate();
    const sessions = await auth.sessions.list(userId);
    return sessions.map((session) => toSession(session, token.sessionId));
  }

  @Operation({ access: 'admin' })
  @Query(() => [KeyInfoType], {
    description: 'For admins: the keys that sign and verify here, as far as they are known.',
  })
  keys(@Ctx() { auth }: AuthContext): readonly KeyInfoType[] {
    return auth.administration.keys();
  }

  @Operation({ access: 'admin' })
  @Query(() => [ActivityHourType], {
    description: 'For admins: what happened in the last hours, the present one at the end.',
  })
  activity(
    @Arg('hours', () => Int, { nullable: true, defaultValue: HOURS, description: 'How many, 1 to 720.' })
    hours: number | null,
    @Ctx() { auth }: AuthContext,
  ): Promise<ActivityHourType[]> {
    return auth.administration.activity(hours ?? HOURS);
  }

  @Operation({ access: 'admin' })
  @Mutation(() => UserType, {
    nullable: true,
    description:
      'For admins: disables or enables a user, and grants or takes away the admin role; a disabled user loses all sessions. Null if there is no such user. Admins cannot disable or demote themselves: the reason is `own_account`.',
  })
  async userUpdate(
    @Arg('id', () => ID, USER_ID) id: string,
    @Arg('isActive', () => Boolean, { nullable: true, description: 'Whether the user may sign in.' })
    isActive: boolean | null | undefined,
    @Arg('isAdmin', () => Boolean, { nullable: true, description: 'Whether the user is an admin.' })
    isAdmin: boolean | null | undefined,
    @Ctx() { auth }: AuthContext,
  ): Promise<UserType | null> {
    const changes = { ...(isActive != null && { isActive }), ...(isAdmin != null && { isAdmin }) };
    return auth.administration.update(id, changes, await actingAdmin(auth));
  }

  @Operation({ access: 'admin' })
  @Mutation(() => Int, { description: 'For admins: ends all sessions of a user; answers how many.' })
  async userRevokeSessions(
    @Arg('userId', () => ID, USER_ID) userId: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<number> {
    return auth.administration.revokeSessions(userId, await actingAdmin(auth));
  }

  @Operation({ access: 'admin' })
  @Mutation(() => SessionType, { description: 'For admins: ends one session of a user, its access tokens included.' })
  async userSessionRevoke(
    @Arg('userId', () => ID, USER_ID) userId: string,
    @Arg('id', () => ID, { description: 'As `userSessions` lists it.' }) id: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<SessionType> {
    const by = await actingAdmin(auth);
    const { token } = await auth.authenticate();
    return toSession(await auth.administration.revokeSession(userId, id, by), token.sessionId);
  }
}
