import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Ctx, Resolver, Root, Subscription } from 'type-graphql';
import type { SessionEvent } from '../core/live/session-event.ts';
import type { AuthContext, RequestAuth } from './context.ts';
import { currentUser } from './current-user.ts';
import { Operation } from './operation.ts';
import { toSession } from './session.resolver.ts';
import { SessionEventType } from './session-event-types.ts';
import { subscription } from './subscription.ts';

/** What happens to a user's own sessions, as it happens. */
@Resolver()
export class SessionEventsResolver {
  @Operation({ access: 'guarded' })
  @Subscription(() => SessionEventType, {
    description:
      "Events of the caller's sessions. Ends when the caller's token, session or account does. Available where `SUBSCRIPTIONS` is on.",
    subscribe: ({ context, args }) => eventsOf((context as AuthContext).auth, args as EventArgs),
  })
  async sessionEvents(
    @Root() { session, ...event }: SessionEvent,
    @Arg('since', () => GraphQLDateTime, {
      nullable: true,
      description:
        'Also sends the events of the last two minutes that happened at or after this time. After a reconnection, pass `at` of the last event, and skip events whose `id` you have.',
    })
    _since: Date | null,
    @Ctx() { auth }: AuthContext,
  ): Promise<SessionEventType> {
    const { token } = await auth.authenticate();
    return { ...event, session: toSession(session, token.sessionId, auth.rooms) };
  }
}

interface EventArgs {
  readonly since?: Date | null;
}

async function eventsOf(auth: RequestAuth, { since }: EventArgs): Promise<AsyncIterable<SessionEvent>> {
  try {
    const { id } = await currentUser(auth);
    const live = await auth.live();
    return subscription({ auth }, live.events(id, since ?? undefined));
  } catch (error) {
    return auth.refuse(error);
  }
}
