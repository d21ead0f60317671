import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync, type NonEmptyArray, type PubSub } from 'type-graphql';
import type { Settings } from '../contracts/settings/settings-table.ts';
import { guard } from './guard.ts';
import { natureOf } from './operation.ts';
// The order of these imports is the order of the fields in the schema.
import { TokenResolver } from './token.resolver.ts';
import { RegistrationResolver, UserResolver } from './user.resolver.ts';
import { SessionResolver } from './session.resolver.ts';
import { AdminResolver } from './admin.resolver.ts';
import { SessionEventsResolver } from './session-events.resolver.ts';

/** A class decorated with type-graphql's `@Resolver()`. */
export type ResolverClass = new (...args: never[]) => object;

/** What is there on every server. `userRegister` is another where accounts have addresses: that setting adds it. */
export function resolversFor({
  registration,
  email = false,
}: Pick<Settings, 'registration'> & Partial<Pick<Settings, 'email'>>): NonEmptyArray<ResolverClass> {
  return [TokenResolver, UserResolver, SessionResolver, ...(registration && !email ? [RegistrationResolver] : [])];
}

/** What admins may do: a server of your own has them where it names them. */
export const adminResolvers: NonEmptyArray<ResolverClass> = [AdminResolver];

/** What a server has that carries subscriptions. */
export const subscriptionResolvers: NonEmptyArray<ResolverClass> = [SessionEventsResolver];

/** type-graphql wants one with any subscription; ours come from the store. */
export const NO_PUB_SUB: PubSub = {
  publish: () => {},
  subscribe: () => ({ [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: undefined }) }) }),
};

/** The schema of a server that has these resolvers. */
export function schemaOf(resolvers: NonEmptyArray<ResolverClass>): GraphQLSchema {
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
