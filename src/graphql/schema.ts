import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync, type NonEmptyArray } from 'type-graphql';
import { guard } from './guard.ts';
import { natureOf } from './operation.ts';
// The order of these imports is the order of the fields in the schema.
import { TokenResolver } from './token.resolver.ts';
import { RegistrationResolver, UserResolver } from './user.resolver.ts';
import { SessionResolver } from './session.resolver.ts';
import { AdminResolver } from './admin.resolver.ts';

/** A class decorated with type-graphql's `@Resolver()`. */
export type ResolverClass = new (...args: never[]) => object;

/** Our resolvers; `userRegister` is among them only where registration is on. */
export function resolversFor(settings: { readonly registration: boolean }): NonEmptyArray<ResolverClass> {
  const registration = settings.registration ? [RegistrationResolver] : [];
  return [TokenResolver, UserResolver, SessionResolver, ...registration];
}

/** What admins may do: a server of your own has them where it names them. */
export const adminResolvers: NonEmptyArray<ResolverClass> = [AdminResolver];

/** The schema of the server, with `more` of ours where a test has some. */
export function buildAuthSchema(
  settings: { readonly registration: boolean },
  more: readonly ResolverClass[] = [],
): GraphQLSchema {
  const resolvers: NonEmptyArray<ResolverClass> = [...resolversFor(settings), ...adminResolvers, ...more];
  // `graphql` checks the schema before the first document: the builder's own check would only repeat it.
  const schema = buildSchemaSync({ resolvers, authChecker: guard, validate: false, skipCheck: true });
  // type-graphql collects arguments last to first; people read a username before a password.
  for (const type of [schema.getQueryType(), schema.getMutationType()]) {
    for (const field of Object.values(type?.getFields() ?? {})) {
      field.args = field.args.toReversed();
      if (!natureOf(type, field.name))
        throw new Error(`${field.name} has no @Operation, which says who may ask for it`);
    }
  }
  return schema;
}
