import {
  isEnumType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  parse,
  printSchema,
  visit,
  type DocumentNode,
  type GraphQLFieldMap,
  type GraphQLSchema,
  type GraphQLNamedType,
} from 'graphql';
import { SettingsError } from '../contracts/settings/settings.ts';
import type { User } from '../contracts/hooks.ts';
import type { AuthContext } from './context.ts';
import { currentAdmin } from './current-admin.ts';
import { currentUser } from './current-user.ts';

/** The oldest that has all that is used here: every gateway of Federation 2 knows it. */
const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])';
const MISSING =
  'FEDERATION: needs the package @apollo/subgraph, which is not installed; expected it beside this one: npm install @apollo/subgraph@~2.14.4';

/**
 * A schema as a subgraph of Apollo Federation 2, in which other subgraphs find users by their id.
 *
 * @throws SettingsError where `@apollo/subgraph` is not installed
 */
export async function subgraphOf(schema: GraphQLSchema, userType: string): Promise<GraphQLSchema> {
  const { buildSubgraphSchema } = await import('@apollo/subgraph').catch((error: unknown) => {
    throw new SettingsError([MISSING], { cause: error });
  });
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  const resolvers = Object.fromEntries(types.flatMap((type) => resolversOf(type, userType)));
  // Its types know neither values of enums that are texts nor `subscribe`.
  const module = { typeDefs: withKey(schema, userType), resolvers } as Parameters<typeof buildSubgraphSchema>[0];
  const subgraph = buildSubgraphSchema(module);
  for (const type of types) if (isObjectType(type)) copyExtensions(type.getFields(), subgraph, type.name);
  return subgraph;
}

/** What printing forgets: the nature of each operation, by which it is limited. */
function copyExtensions(fields: GraphQLFieldMap<unknown, unknown>, subgraph: GraphQLSchema, name: string): void {
  const copy = subgraph.getType(name);
  if (!isObjectType(copy)) return;
  for (const [field, { extensions }] of Object.entries(fields)) {
    const target = copy.getFields()[field];
    if (target !== undefined) target.extensions = extensions;
  }
}

function withKey(schema: GraphQLSchema, userType: string): DocumentNode {
  const [directive] = parse(`type User @key(fields: "id") { id: ID }`).definitions.flatMap((definition) =>
    'directives' in definition ? (definition.directives ?? []) : [],
  );
  return visit(parse(`${LINK}\n${printSchema(schema)}`), {
    [Kind.OBJECT_TYPE_DEFINITION]: (type) =>
      type.name.value === userType && directive !== undefined ? { ...type, directives: [directive] } : undefined,
  });
}

function resolversOf(type: GraphQLNamedType, userType: string): [string, object][] {
  if (isScalarType(type)) return isSpecifiedScalarType(type) ? [] : [[type.name, type]];
  if (isEnumType(type)) {
    return [[type.name, Object.fromEntries(type.getValues().map(({ name, value }) => [name, value]))]];
  }
  if (!isObjectType(type)) return [];
  const fields = Object.entries(type.getFields()).map(([name, { resolve, subscribe }]) => [
    name,
    { ...(resolve && { resolve }), ...(subscribe && { subscribe }) },
  ]);
  const reference = type.name === userType ? { __resolveReference: findUser } : {};
  return [[type.name, { ...Object.fromEntries(fields), ...reference }]];
}

/** A user by the id that another subgraph has: themself, or any to an admin. Null where there is none. */
async function findUser({ id }: { readonly id: string }, { auth }: AuthContext): Promise<User | null> {
  try {
    const caller = await currentUser(auth);
    if (caller.id === id) return caller;
    await currentAdmin(auth);
    return await auth.users.find(id);
  } catch (error) {
    return auth.refuse(error);
  }
}
