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
  description: 'What a key does now.',
  valuesConfig: {
    PUBLISHED: { description: 'Published, and not signing yet.' },
    SIGNING: { description: 'Signs, and verifies.' },
    VERIFYING: { description: 'Verifies what it has signed before.' },
    RETIRED: { description: 'Its tokens are refused.' },
  },
});

@ObjectType('UserEdge', { description: 'A user in a list.' })
export class UserEdgeType {
  @Field(() => String, { description: 'The place after this user, for `after`.' })
  cursor!: string;

  @Field(() => UserType, { description: 'The account.' })
  node!: UserType;
}

@ObjectType('PageInfo', { description: 'Where a page ends.' })
export class PageInfoType {
  @Field(() => Boolean, { description: 'Whether there is more after it.' })
  hasNextPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Give it as `after` to go on; null where the page is empty.' })
  endCursor!: string | null;
}

@ObjectType('UserConnection', { description: 'A page of users, in the order of their names.' })
export class UserConnectionType {
  @Field(() => [UserEdgeType], { description: 'The users, each with its cursor.' })
  edges!: UserEdgeType[];

  @Field(() => [UserType], { description: 'The users alone.' })
  nodes!: UserType[];

  @Field(() => PageInfoType, { description: 'Where the page ends.' })
  pageInfo!: PageInfoType;
}

@ObjectType('KeyInfo', { description: 'A key that signs or verifies tokens; nothing of what is in it.' })
export class KeyInfoType {
  @Field(() => ID, {
    nullable: true,
    description: 'Its name in tokens and in the JWK set. Null for a key without one.',
  })
  kid!: string | null;

  @Field(() => String, { description: 'The one algorithm it is used with.' })
  algorithm!: string;

  @Field(() => KEY_STATES, { description: 'What it does now.' })
  state!: RingKeyState;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was made. Null where there is no key ring.' })
  createdAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it begins to sign. Null where there is no ring.' })
  signsFrom!: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When its tokens are refused. Null while no other key is to follow it.',
  })
  retiresAt!: Date | null;
}

@ObjectType('ActivityHour', {
  description: 'How often what happened in one hour, over all servers that share the store.',
})
export class ActivityHourType {
  @Field(() => GraphQLDateTime, { description: 'The first moment of the hour.' })
  hour!: Date;

  @Field(() => Int, { description: 'Sign-ins.' })
  signIns!: number;

  @Field(() => Int, { description: 'Sign-ins that were refused, and those that had to wait.' })
  refusals!: number;

  @Field(() => Int, { description: 'Refreshes that were answered with tokens.' })
  refreshes!: number;

  @Field(() => Int, { description: 'Superseded tokens that were used: a second party held them.' })
  reuses!: number;
}
