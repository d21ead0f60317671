import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import type { SessionEventKind } from '../core/live/session-event.ts';
import { SessionType } from './types.ts';

export const SESSION_EVENT_KINDS: Readonly<Record<string, SessionEventKind>> = {
  BEGAN: 'began',
  ENDED: 'ended',
  REPLAYED: 'replayed',
  REUSED: 'reused',
};

registerEnumType(SESSION_EVENT_KINDS, {
  name: 'SessionEventKind',
  description: 'What happened to a session.',
  valuesConfig: {
    BEGAN: { description: 'The user signed in.' },
    ENDED: { description: 'It was ended before its time; `reason` says why.' },
    REPLAYED: {
      description: 'Two clients seem to have its tokens; see `session.replays`. It was ended if `reason` is not null.',
    },
    REUSED: { description: 'A refresh token was used that had been replaced, so it was ended.' },
  },
});

@ObjectType('SessionEvent', { description: "Something that happened to one of the caller's sessions." })
export class SessionEventType {
  @Field(() => ID, { description: 'The same if the event is sent again, after `since`.' })
  id!: string;

  @Field(() => SESSION_EVENT_KINDS, { description: 'What happened.' })
  kind!: SessionEventKind;

  @Field(() => GraphQLDateTime, { description: 'When it happened.' })
  at!: Date;

  @Field(() => String, {
    nullable: true,
    description:
      'Why the session was ended: `signed_out`, `revoked`, `reused`, `replayed`, `limit`, `password_changed`, `user_disabled` or `user_deleted`. Null if it goes on.',
  })
  reason!: string | null;

  @Field(() => SessionType, { description: 'The session.' })
  session!: SessionType;
}
