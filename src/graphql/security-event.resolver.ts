import { Arg, Ctx, ID, Int, Query, Resolver } from 'type-graphql';
import type { AuditEntry } from '../core/notices/audit-log.ts';
import { roomOf } from '../core/rooms.ts';
import { AuditConnectionType, AuditEventType } from './audit-types.ts';
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

const PAGE = 50;

/** The same for admins, of all accounts. */
@Resolver()
class AuditResolver {
  @Operation({ access: 'admin' })
  @Query(() => [AuditEventType], {
    description:
      'For admins: what happened to the account of a user, newest first: the last 50 events. Part of the schema with `NOTICES`.',
  })
  async userSecurityEvents(
    @Arg('userId', () => ID, { description: "The user's id, from `users`." }) userId: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<AuditEventType[]> {
    return (await roomOf(auth.rooms, 'audit').ofUser(userId)).map(toAuditEvent);
  }

  @Operation({ access: 'admin' })
  @Query(() => AuditConnectionType, {
    description:
      'For admins: what happened to all accounts, newest first: of each account the last 50 events. Part of the schema with `NOTICES`.',
  })
  async auditEvents(
    @Arg('first', () => Int, { nullable: true, defaultValue: PAGE, description: 'Events per page, 1 to 100.' })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'An `endCursor`; omit it for the first page.' })
    after: string | null | undefined,
    @Ctx() { auth }: AuthContext,
  ): Promise<AuditConnectionType> {
    const { entries, hasMore, cursor } = await roomOf(auth.rooms, 'audit').list(first ?? PAGE, after ?? null);
    return { nodes: entries.map(toAuditEvent), pageInfo: { hasNextPage: hasMore, endCursor: cursor } };
  }
}

const toAuditEvent = (entry: AuditEntry): AuditEventType => ({
  id: entry.id,
  event: entry.event,
  at: entry.at,
  userId: entry.userId,
  username: entry.username,
  actorId: entry.actorId ?? null,
  actorName: entry.actorName,
  client: { userAgent: entry.userAgent, ipAddress: entry.ipAddress },
});

/** What `NOTICES` adds. */
export const noticesPart: OptionalPart = { resolvers: [SecurityEventResolver], adminResolvers: [AuditResolver] };
