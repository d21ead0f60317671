import { Ctx, Query, Resolver } from 'type-graphql';
import { roomOf } from '../core/rooms.ts';
import type { AuthContext } from './context.ts';
import { currentUser } from './current-user.ts';
import { Operation } from './operation.ts';
import type { OptionalPart } from './optional-part.ts';
import { SecurityEventType } from './types.ts';

/** Part of the schema only where users are told of their accounts. */
@Resolver()
class SecurityEventResolver {
  @Operation({ access: 'guarded' })
  @Query(() => [SecurityEventType], {
    description:
      "What happened to the caller's account, newest first: the last 50 events. Part of the schema with `NOTICES`.",
  })
  async securityEvents(@Ctx() { auth }: AuthContext): Promise<SecurityEventType[]> {
    const { id } = await currentUser(auth);
    const events = await roomOf(auth.rooms, 'notices').list(id);
    return events.map(({ id, event, at, userAgent, ipAddress }) => ({
      id,
      event,
      at,
      client: { userAgent, ipAddress },
    }));
  }
}

/** What `NOTICES` adds. */
export const noticesPart: OptionalPart = { resolvers: [SecurityEventResolver] };
