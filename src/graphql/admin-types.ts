import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { RingKeyState } from '../core/keys/key-ring.ts';
import { UserType } from './types.ts';

export const KEY_STATES: Readonly<Record<string, RingKeyState>> = {
  PUBLISHED: 'published',
  SIGNING: 'signing',
  VERIFYING: 'verifying',
  RETIRED: 'retired',
};

registerEnumType(KEY_STATES, {
  name: 'KeyState',
  description: 'The state of a key.',
  valuesConfig: {
    PUBLISHED: { description: 'Published, but does not sign yet.' },
    SIGNING: { description: 'Signs, and verifies.' },
    VERIFYING: { description: 'Verifies what it has signed before.' },
    RETIRED: { description: 'Its tokens are refused.' },
  },
});

@ObjectType('UserEdge', { description: 'A user in a list.' })
export class UserEdgeType {
  @Field(() => String, { description: 'The cursor of this user, for `after`.' })
  cursor!: string;

  @Field(() => UserType, { description: 'The account.' })
  node!: UserType;
}

@ObjectType('PageInfo', { description: 'Information about a page.' })
export class PageInfoType {
  @Field(() => Boolean, { description: 'Whether more users follow.' })
  hasNextPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Pass it as `after` for the next page; null if the page is empty.',
  })
  endCursor!: string | null;
}

@ObjectType('UserConnection', { description: 'A page of users, in the order of their names.' })
export class UserConnectionType {
  @Field(() => [UserEdgeType], { description: 'The users, each with its cursor.' })
  edges!: UserEdgeType[];

  @Field(() => [UserType], { description: 'The users, without cursors.' })
  nodes!: UserType[];

  @Field(() => Int, {
    description: 'Number of users that match `search`, on all pages. Counted only if it is requested.',
  })
  readonly totalCount!: Promise<number>;

  @Field(() => PageInfoType, { description: 'Information about the page.' })
  pageInfo!: PageInfoType;
}

@ObjectType('KeyInfo', { description: 'A key that signs or verifies tokens, without key material.' })
export class KeyInfoType {
  @Field(() => ID, {
    nullable: true,
    description: 'Its name in tokens and in the JWK set. Null for a key without one.',
  })
  kid!: string | null;

  @Field(() => String, { description: 'The only algorithm it is used with.' })
  algorithm!: string;

  @Field(() => KEY_STATES, { description: 'Its current state.' })
  state!: RingKeyState;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was created. Null without a key ring.' })
  createdAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it starts to sign. Null without a key ring.' })
  signsFrom!: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When its tokens are refused. Null while it has no successor.',
  })
  retiresAt!: Date | null;
}

@ObjectType('Service', {
  description: 'Another service that may ask this server about tokens, by a secret of its own.',
})
export class ServiceType {
  @Field(() => ID, { description: 'Its unique name.' })
  name!: string;

  @Field(() => GraphQLDateTime, { description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => String, { nullable: true, description: 'Its tokens are those with this `aud`. Null: all tokens.' })
  audience!: string | null;

  @Field(() => [String], { description: 'What it may do: `introspect`, `revoke` and `feed`.' })
  scopes!: readonly string[];
}

@ObjectType('ActivityHour', {
  description: 'Counts for one hour, of all servers that share the store.',
})
export class ActivityHourType {
  @Field(() => GraphQLDateTime, { description: 'The first moment of the hour.' })
  hour!: Date;

  @Field(() => Int, { description: 'Successful sign-ins.' })
  signIns!: number;

  @Field(() => Int, { description: 'Refused sign-ins, including throttled ones.' })
  refusals!: number;

  @Field(() => Int, { description: 'Successful refreshes.' })
  refreshes!: number;

  @Field(() => Int, { description: 'Uses of superseded tokens: a second client had them.' })
  reuses!: number;
}
