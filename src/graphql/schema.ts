import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync, type NonEmptyArray, type PubSub } from 'type-graphql';
import type { Settings } from '../contracts/settings/settings-table.ts';
import { guard } from './guard.ts';
import { natureOf } from './operation.ts';
// The order of these imports is the order of the fields in the schema.
import { TokenResolver } from './token.resolver.ts';
import { RegistrationResolver, UserResolver } from './user.resolver.ts';
import { EmailRegistrationResolver, EmailResolver } from './email.resolver.ts';
import { PasswordResetRequestResolver, PasswordResetResolver } from './password-reset.resolver.ts';
import { SecurityEventResolver } from './security-event.resolver.ts';
import { SessionResolver } from './session.resolver.ts';
import { AdminResolver } from './admin.resolver.ts';
import { SessionEventsResolver } from './session-events.resolver.ts';
import { InvitationResolver, UserAdministrationResolver } from './user-administration.resolver.ts';

/** A class decorated with type-graphql's `@Resolver()`. */
export type ResolverClass = new (...args: never[]) => object;

/** The settings that say which of our operations there are. */
export interface SchemaSettings extends Partial<
  Pick<Settings, 'email' | 'passwordReset' | 'userAdministration' | 'notices'>
> {
  readonly registration: boolean;
  readonly subscriptions?: boolean;
}

/** With them, all are there. */
export const EVERYTHING: SchemaSettings = {
  registration: true,
  subscriptions: true,
  email: true,
  passwordReset: true,
  userAdministration: true,
  notices: true,
};

/** Our resolvers; those that a setting turns on only where it does. */
export function resolversFor(settings: SchemaSettings): NonEmptyArray<ResolverClass> {
  const { registration, email = false, passwordReset = false, userAdministration = false, notices = false } = settings;
  return [
    TokenResolver,
    UserResolver,
    SessionResolver,
    ...(registration ? [email ? EmailRegistrationResolver : RegistrationResolver] : []),
    ...(email ? [EmailResolver] : []),
    ...(passwordReset ? [PasswordResetRequestResolver] : []),
    ...(passwordReset || (email && userAdministration) ? [PasswordResetResolver] : []),
    ...(notices ? [SecurityEventResolver] : []),
  ];
}

/** What admins may do: a server of your own has them where it names them. */
export function adminResolversFor(settings: SchemaSettings): NonEmptyArray<ResolverClass> {
  const { email = false, userAdministration = false } = settings;
  return [
    AdminResolver,
    ...(userAdministration ? [UserAdministrationResolver] : []),
    ...(userAdministration && email ? [InvitationResolver] : []),
  ];
}

/** What a server has that carries subscriptions. */
export const subscriptionResolvers: NonEmptyArray<ResolverClass> = [SessionEventsResolver];

/** All resolvers there are. */
export const ALL_RESOLVERS: readonly ResolverClass[] = [
  ...resolversFor(EVERYTHING),
  ...adminResolversFor(EVERYTHING),
  ...subscriptionResolvers,
  RegistrationResolver,
];

/** type-graphql wants one with any subscription; ours come from the store. */
export const NO_PUB_SUB: PubSub = {
  publish: () => {},
  subscribe: () => ({ [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: undefined }) }) }),
};

/** The schema of the server, with `more` of ours where a test has some. */
export function buildAuthSchema(settings: SchemaSettings, more: readonly ResolverClass[] = []): GraphQLSchema {
  const live = settings.subscriptions === true ? subscriptionResolvers : [];
  const resolvers: NonEmptyArray<ResolverClass> = [
    ...resolversFor(settings),
    ...adminResolversFor(settings),
    ...live,
    ...more,
  ];
  // `graphql` checks the schema before the first document: the builder's own check would only repeat it.
  const options = { authChecker: guard, validate: false, skipCheck: true, pubSub: NO_PUB_SUB };
  const schema = buildSchemaSync({ resolvers, ...options });
  // type-graphql collects arguments last to first; people read a username before a password.
  for (const type of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) {
    for (const field of Object.values(type?.getFields() ?? {})) {
      field.args = field.args.toReversed();
      if (!natureOf(type, field.name))
        throw new Error(`${field.name} has no @Operation, which says who may ask for it`);
    }
  }
  return schema;
}
