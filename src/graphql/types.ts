// Before any decorator runs.
import 'reflect-metadata';
import { GraphQLDateTime, GraphQLJSONObject } from 'graphql-scalars';
import { Field, ID, Int, ObjectType, UseMiddleware, type MiddlewareFn } from 'type-graphql';
import type { AuthContext } from './context.ts';

/** What the store has of roles counts, and is shown, only where roles are on. */
const whereRolesAreOn: MiddlewareFn<AuthContext> = async ({ context: { auth } }, next) => {
  const roles: unknown = await next();
  return auth.rooms.roles === undefined ? [] : (roles ?? []);
};

@ObjectType('TokenPair', { description: 'An access token, and the refresh token that gets the next one.' })
export class TokenPairType {
  @Field(() => String, { description: 'Send it as `Authorization: Bearer <access>` with every request.' })
  access!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Keep it secret. Pass it to `tokenRefresh` when the access token has expired. Null in cookie mode.',
  })
  refresh!: string | null;

  @Field(() => GraphQLDateTime, { description: 'When the access token expires.' })
  accessExpiresAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When the refresh token expires.' })
  refreshExpiresAt!: Date;
}

@ObjectType('RefreshedTokens', { description: 'The result of a refresh.' })
export class RefreshedTokensType {
  @Field(() => String, { description: 'The next access token.' })
  access!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'Replaces the refresh token that was sent. Null in cookie mode, and if rotation is off: keep the old one.',
  })
  refresh!: string | null;

  @Field(() => GraphQLDateTime, { description: 'When the access token expires.' })
  accessExpiresAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When the refresh token expires.' })
  refreshExpiresAt!: Date;
}

@ObjectType('SlidingToken', { description: 'A token that authenticates requests and can itself be refreshed.' })
export class SlidingTokenType {
  @Field(() => String, {
    description: 'Send it as `Authorization: Bearer <token>`, where sliding tokens are accepted.',
  })
  token!: string;

  @Field(() => GraphQLDateTime, { description: 'When it stops authenticating requests; refresh it before.' })
  expiresAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When it can no longer be refreshed.' })
  refreshExpiresAt!: Date;
}

@ObjectType('VerifiedToken', { description: 'The content of a valid token.' })
export class VerifiedTokenType {
  @Field(() => String, { description: '`access`, `refresh` or `sliding`; `untyped` for a token without a type.' })
  tokenType!: string;

  @Field(() => ID, { nullable: true, description: 'The user it was issued to.' })
  userId!: string | null;

  @Field(() => ID, { description: 'Its unique name.' })
  jti!: string;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was issued.' })
  issuedAt!: Date | null;

  @Field(() => GraphQLDateTime, { description: 'When it expires.' })
  expiresAt!: Date;

  @Field(() => GraphQLJSONObject, { description: 'All its claims, including custom ones.' })
  claims!: Record<string, unknown>;
}

@ObjectType('BlacklistedToken', { description: 'A refresh token that is no longer valid.' })
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

  @Field(() => String, { description: 'As registered. Case and Unicode form are ignored at sign-in.' })
  username!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The e-mail address, as it was written. Null without one.',
  })
  email?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether a link that was sent to the address was used. Null without an address.',
  })
  emailVerified?: boolean | null;

  @Field(() => Boolean, { description: 'Whether the user can sign in.' })
  isActive!: boolean;

  @Field(() => Boolean, { description: 'Whether the user is an admin.' })
  isAdmin!: boolean;

  @UseMiddleware(whereRolesAreOn)
  @Field(() => [String], {
    description: 'Their roles, without that of an admin, which is `isAdmin`. Empty unless `ROLES` is on.',
  })
  readonly roles?: readonly string[];

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The last successful sign-in, if the server stores it (`JWT_UPDATE_LAST_LOGIN`).',
  })
  lastLogin!: Date | null;

  @Field(() => GraphQLDateTime, { description: 'When the account was created.' })
  createdAt!: Date;
}

@ObjectType('SessionClient', { description: 'The client of a request, as far as it is known.' })
export class SessionClientType {
  @Field(() => String, { nullable: true, description: 'The user agent, as it was sent.' })
  userAgent!: string | null;

  @Field(() => String, { nullable: true, description: 'Its address.' })
  ipAddress!: string | null;
}

@ObjectType('SessionReplays', {
  description:
    'The previous refresh token was used again at several refreshes in a row, so two clients have the tokens of this session. Tabs that do not share their refresh look the same. If you do not recognize both clients, revoke the session.',
})
export class SessionReplaysType {
  @Field(() => GraphQLDateTime, { description: 'When it was noticed.' })
  at!: Date;

  @Field(() => Int, { description: 'Number of refreshes in a row at which this happened.' })
  rotations!: number;

  @Field(() => SessionClientType, { description: 'Who exchanged the token at the last of them.' })
  refreshedBy!: SessionClientType;

  @Field(() => SessionClientType, { description: 'Who presented it again.' })
  replayedBy!: SessionClientType;
}

@ObjectType('SecurityEvent', { description: 'Something that happened to an account.' })
export class SecurityEventType {
  @Field(() => ID, { description: 'Its unique name.' })
  id!: string;

  @Field(() => String, {
    description: 'What happened: `sign_in`, `new_device`, `password_changed` and others. See docs/recovery.md.',
  })
  event!: string;

  @Field(() => GraphQLDateTime, { description: 'When it happened.' })
  at!: Date;

  @Field(() => SessionClientType, { description: 'The client that did it, as far as it is known.' })
  client!: SessionClientType;
}

@ObjectType('Session', { description: 'One sign-in on one device, and everything refreshed from it.' })
export class SessionType {
  @Field(() => ID, { description: 'The claim `sid` of its tokens.' })
  id!: string;

  @Field(() => Boolean, { description: 'Whether this request belongs to it.' })
  current!: boolean;

  @Field(() => Boolean, {
    description: 'Whether it is a token of another system that was imported, and not refreshed here yet.',
  })
  imported!: boolean;

  @Field(() => GraphQLDateTime, { description: 'When the user signed in.' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When it was last refreshed.' })
  lastUsedAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When it ends unless it is refreshed.' })
  expiresAt!: Date;

  @Field(() => String, { nullable: true, description: 'The user agent that signed in, as it was sent.' })
  userAgent!: string | null;

  @Field(() => String, { nullable: true, description: 'The address it signed in from.' })
  ipAddress!: string | null;

  @Field(() => String, { nullable: true, description: 'The address it was last refreshed from.' })
  lastIpAddress!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The name of the device: as given by the user, otherwise made of the user agent, such as `Chrome on Linux`. Null unless `DEVICE_NAMES` is on.',
  })
  deviceName!: string | null;

  @Field(() => SessionReplaysType, {
    nullable: true,
    description: 'Set if two clients seem to have the tokens of this session; usually null.',
  })
  replays!: SessionReplaysType | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was ended; null while it is live.' })
  revokedAt!: Date | null;
}
