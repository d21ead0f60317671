import { Arg, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import type { SessionRecord } from '../contracts/store/store.ts';
import type { Rooms } from '../core/rooms.ts';
import { isImported } from '../core/sessions/standing.ts';
import type { AuthContext } from './context.ts';
import { currentUser } from './current-user.ts';
import { Operation } from './operation.ts';
import { SessionType } from './types.ts';

/** A user's own sessions: what is signed in, and how to end it. */
@Resolver()
export class SessionResolver {
  @Operation({ access: 'guarded' })
  @Query(() => [SessionType], { description: "The caller's live sessions, newest first." })
  async sessions(@Ctx() { auth }: AuthContext): Promise<SessionType[]> {
    const { id, sessionId } = await currentUser(auth);
    const sessions = await auth.sessions.list(id);
    return sessions.map((session) => toSession(session, sessionId, auth.rooms));
  }

  @Operation({ access: 'guarded' })
  @Mutation(() => SessionType, { description: "Ends one of the caller's sessions, including its access tokens." })
  async sessionRevoke(
    @Arg('id', () => ID, { description: 'The id, from `sessions`.' }) id: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<SessionType> {
    const user = await currentUser(auth);
    return toSession(await auth.sessions.revoke(user.id, id), user.sessionId, auth.rooms);
  }

  @Operation({ access: 'guarded' })
  @Mutation(() => Int, { description: 'Ends all sessions of the caller except this one; returns their number.' })
  async sessionRevokeOthers(@Ctx() { auth }: AuthContext): Promise<number> {
    const { id, sessionId } = await currentUser(auth);
    return auth.sessions.revokeAll(id, sessionId ?? undefined);
  }

  @Operation({ access: 'guarded' })
  @Mutation(() => Int, { description: 'Ends all sessions of the caller, including this one; returns their number.' })
  async sessionRevokeAll(@Ctx() { auth }: AuthContext): Promise<number> {
    const { id } = await currentUser(auth);
    return auth.sessions.revokeAll(id);
  }
}

/** A session as the API answers it. */
export function toSession(
  session: SessionRecord,
  currentId: string | null,
  { devices }: Pick<Rooms, 'devices'>,
): SessionType {
  return {
    ...session,
    current: session.id === currentId,
    imported: isImported(session),
    replays: session.replay?.reported ?? null,
    lastIpAddress: (session.rotatedBy ?? session).ipAddress,
    deviceName: devices?.nameOf(session) ?? null,
  };
}
