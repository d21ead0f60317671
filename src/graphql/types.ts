import 'reflect-metadata';
import { GraphQLDateTime, GraphQLJSONObject } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';

@ObjectType('TokenPair', { description: 'An access token, and the refresh token that gets the next one.' })
export class TokenPairType {
  @Field(() => String, { description: 'Send it as `Authorization: Bearer <access>` with every request.' })
  access!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'Keep it secret; give it to `tokenRefresh` when the access token has expired. Null where a cookie holds it.',
  })
  refresh!: string | null;

  @Field(() => GraphQLDateTime, { description: 'When the access token expires.' })
  accessExpiresAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When the refresh token expires.' })
  refreshExpiresAt!: Date;
}

@ObjectType('RefreshedTokens', { description: 'What refreshing answers.' })
export class RefreshedTokensType {
  @Field(() => String, { description: 'The next access token.' })
  access!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'Replaces the refresh token that was sent. Null where a cookie holds it, and where refresh tokens are not rotated: keep the old one.',
  })
  refresh!: string | null;

  @Field(() => GraphQLDateTime, { description: 'When the access token expires.' })
  accessExpiresAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When the refresh token expires.' })
  refreshExpiresAt!: Date;
}

@ObjectType('SlidingToken', { description: 'One token that both proves its holder and is refreshed.' })
export class SlidingTokenType {
  @Field(() => String, {
    description: 'Send it as `Authorization: Bearer <token>`, where sliding tokens are accepted.',
  })
  token!: string;

  @Field(() => GraphQLDateTime, { description: 'When it stops proving its holder; refresh it before.' })
  expiresAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When it can no longer be refreshed.' })
  refreshExpiresAt!: Date;
}

@ObjectType('VerifiedToken', { description: 'What a good token says.' })
export class VerifiedTokenType {
  @Field(() => String, { description: '`access`, `refresh` or `sliding`; `untyped` for a token that names no type.' })
  tokenType!: string;

  @Field(() => ID, { nullable: true, description: 'The user it was issued to.' })
  userId!: string | null;

  @Field(() => ID, { description: 'Its unique name.' })
  jti!: string;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was issued.' })
  issuedAt!: Date | null;

  @Field(() => GraphQLDateTime, { description: 'When it expires.' })
  expiresAt!: Date;

  @Field(() => GraphQLJSONObject, { description: 'All its claims, custom ones included.' })
  claims!: Record<string, unknown>;
}

@ObjectType('BlacklistedToken', { description: 'A refresh token that is good for nothing any more.' })
export class BlacklistedTokenType {
  @Field(() => ID, { description: "The token's unique name." })
  jti!: string;

  @Field(() => GraphQLDateTime, { description: 'When it was blacklisted.' })
  blacklistedAt!: Date;
}

@ObjectType('User', { description: 'An account.' })
export class UserType {
  @Field(() => ID, { description: 'Its unique name in tokens.' })
  id!: string;

  @Field(() => String, { description: 'As it was given. Case and Unicode form do not matter when signing in.' })
  username!: string;

  @Field(() => Boolean, { description: 'Whether the user may sign in.' })
  isActive!: boolean;

  @Field(() => Boolean, { description: 'Whether the user may administer the accounts of others.' })
  isAdmin!: boolean;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The last successful sign-in, where the server stores it (`JWT_UPDATE_LAST_LOGIN`).',
  })
  lastLogin!: Date | null;

  @Field(() => GraphQLDateTime, { description: 'When the account was made.' })
  createdAt!: Date;
}

@ObjectType('SessionClient', { description: 'Where a request came from, as far as it said.' })
export class SessionClientType {
  @Field(() => String, { nullable: true, description: 'The program, as it named itself.' })
  userAgent!: string | null;

  @Field(() => String, { nullable: true, description: 'Its address.' })
  ipAddress!: string | null;
}

@ObjectType('SessionReplays', {
  description:
    'At several refreshes in a row, the refresh token that was exchanged came a second time: two programs hold the tokens of this session. Tabs that do not wait for each other look the same. If you know only one of the two, revoke the session.',
})
export class SessionReplaysType {
  @Field(() => GraphQLDateTime, { description: 'When it was noticed.' })
  at!: Date;

  @Field(() => Int, { description: 'Refreshes in a row at which it was so.' })
  rotations!: number;

  @Field(() => SessionClientType, { description: 'Who exchanged the token at the last of them.' })
  refreshedBy!: SessionClientType;

  @Field(() => SessionClientType, { description: 'Who presented it again.' })
  replayedBy!: SessionClientType;
}

@ObjectType('Session', { description: 'One sign-in on one device, and everything refreshed from it.' })
export class SessionType {
  @Field(() => ID, { description: 'The claim `sid` of its tokens.' })
  id!: string;

  @Field(() => Boolean, { description: 'Whether it is the session of this request.' })
  current!: boolean;

  @Field(() => GraphQLDateTime, { description: 'When the user signed in.' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When it was last refreshed.' })
  lastUsedAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When it ends unless it is refreshed.' })
  expiresAt!: Date;

  @Field(() => String, { nullable: true, description: 'The program that signed in, as it named itself.' })
  userAgent!: string | null;

  @Field(() => String, { nullable: true, description: 'The address it signed in from.' })
  ipAddress!: string | null;

  @Field(() => SessionReplaysType, {
    nullable: true,
    description: 'Set where two programs seem to hold the tokens of this session; usually null.',
  })
  replays!: SessionReplaysType | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was ended; null while it lives.' })
  revokedAt!: Date | null;
}
