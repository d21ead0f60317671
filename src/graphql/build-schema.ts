import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync, getMetadataStorage, type BuildSchemaOptions } from 'type-graphql';
import { SettingsError } from '../contracts/settings/settings.ts';
import * as adminTypes from './admin-types.ts';
import { guard } from './guard.ts';
import type { OwnParts } from './optional.ts';
import { NO_PUB_SUB, subscriptionResolvers, type ResolverClass } from './schema.ts';
import * as eventTypes from './session-event-types.ts';
import * as types from './types.ts';

/** How our part of a schema is shaped. */
export interface SchemaShape {
  /** Begins the names of our GraphQL types: with `Auth`, `User` is `AuthUser`. Default: nothing. */
  readonly typePrefix?: string;
  /** Our operations that are in the schema, by name. Default: all that `auth.resolvers` has, and those of resolvers given. */
  readonly operations?: readonly string[];
}

/** Options of type-graphql's `buildSchema`. `resolvers` are yours, beside ours. */
export interface AuthSchemaOptions extends Omit<BuildSchemaOptions, 'resolvers'> {
  readonly resolvers?: readonly ResolverClass[];
}

/** Classes, and the object of the enum, that are always there. */
const BASE_TYPES = [types, adminTypes, eventTypes].flatMap((of) => Object.values<unknown>(of));
/** What of the storage is ours: resolver classes, and what types are made of, whose names a prefix begins. */
interface Own {
  readonly resolvers: ReadonlySet<unknown>;
  readonly types: ReadonlySet<unknown>;
}

const NAME = /^(?!__)[A-Za-z_]\w*$/;

/**
 * Makes the function that builds a schema of our resolvers and yours.
 *
 * @throws SettingsError for a prefix that no name can begin with, and operations that there are not
 */
export function schemaBuilder(
  { typePrefix = '', operations }: SchemaShape,
  parts: OwnParts,
): (options?: AuthSchemaOptions) => GraphQLSchema {
  if (typePrefix !== '' && !NAME.test(typePrefix)) {
    const expected = 'letters, digits and _, no digit first and not two _';
    throw new SettingsError([`typePrefix: got ${JSON.stringify(typePrefix)}, expected ${expected}.`]);
  }
  const ours = parts.resolvers;
  const own: Own = {
    resolvers: new Set<unknown>([...ours, ...parts.adminResolvers, ...subscriptionResolvers]),
    types: new Set([...BASE_TYPES, ...parts.types]),
  };
  const known = handlers().filter(({ target }) => own.resolvers.has(target));
  const names = known.map(({ schemaName }) => schemaName);
  const unknown = operations?.filter((name) => !names.includes(name)) ?? [];
  if (unknown.length > 0 || operations?.length === 0) {
    throw new SettingsError([
      `operations: got ${unknown.join(', ') || 'none'}, expected some of ${names.toSorted().join(', ')}.`,
    ]);
  }
  const isLeftOut = (handler: Handler) =>
    operations !== undefined && own.resolvers.has(handler.target) && !operations.includes(handler.schemaName);
  return ({ resolvers = [], ...options } = {}) => {
    const all = [...new Set([...ours, ...resolvers])] as const;
    return shaped(own, typePrefix, isLeftOut, () => {
      expectOwnOperations(own, all);
      try {
        return buildSchemaSync({
          authChecker: guard,
          validate: false,
          pubSub: NO_PUB_SUB,
          ...options,
          resolvers: [ours[0], ...all.slice(1)],
        });
      } catch (error) {
        throw clashIn(own, error) ?? error;
      }
    });
  };
}

type Handler = ReturnType<typeof getMetadataStorage>['queries'][number];

const handlers = (): readonly Handler[] => {
  const { queries, mutations, subscriptions } = getMetadataStorage();
  return [...queries, ...mutations, ...subscriptions];
};

/** Everything in the storage that has a name in the schema. */
function namedTypes() {
  const { objectTypes, inputTypes, interfaceTypes, enums, unions } = getMetadataStorage();
  return [
    ...[...objectTypes, ...inputTypes, ...interfaceTypes].map((type) => ({ type, origin: type.target as unknown })),
    ...enums.map((type) => ({ type, origin: type.enumObj as unknown })),
    ...unions.map((type) => ({ type, origin: type.symbol as unknown })),
  ];
}

/**
 * Runs a build with our types renamed and operations left out. The storage of type-graphql is one for the process, and is read
 * while the schema is built, which is synchronous: so nobody else sees it as it is meanwhile.
 */
function shaped<Result>(
  own: Own,
  prefix: string,
  isLeftOut: (handler: Handler) => boolean,
  build: () => Result,
): Result {
  const storage = getMetadataStorage();
  const { queries, mutations, subscriptions } = storage;
  const ours = namedTypes().filter(({ origin }) => own.types.has(origin));
  const names = ours.map(({ type }) => type.name);
  try {
    for (const { type } of ours) type.name = `${prefix}${type.name}`;
    storage.queries = queries.filter((handler) => !isLeftOut(handler));
    storage.mutations = mutations.filter((handler) => !isLeftOut(handler));
    storage.subscriptions = subscriptions.filter((handler) => !isLeftOut(handler));
    return build();
  } finally {
    for (const [index, { type }] of ours.entries()) type.name = names[index] ?? type.name;
    Object.assign(storage, { queries, mutations, subscriptions });
  }
}

/** type-graphql takes the last of several operations of one name, without a word. */
function expectOwnOperations(own: Own, resolvers: readonly ResolverClass[]): void {
  const { queries, mutations, subscriptions } = getMetadataStorage();
  const problems = [queries, mutations, subscriptions].flatMap((all) => {
    const present = all.filter(({ target }) => resolvers.includes(target as ResolverClass));
    const [ours, theirs] = [true, false].map((our) =>
      present.filter(({ target }) => own.resolvers.has(target) === our),
    );
    return (theirs ?? []).flatMap(({ schemaName, target, methodName }) => {
      if (!ours?.some((handler) => handler.schemaName === schemaName)) return [];
      const both = `${target.name}.${methodName} and an operation of graphql-simplejwt`;
      return `${schemaName}: is the name of ${both}. Expected another name, or \`operations\` without it.`;
    });
  });
  if (problems.length > 0) throw new SettingsError(problems);
}

/** What a failed build says if it failed because one of our types and another have one name. */
function clashIn(own: Own, error: unknown): SettingsError | null {
  const message = error instanceof Error ? error.message : '';
  const all = namedTypes();
  const ours = all.find(({ type, origin }) => own.types.has(origin) && message.includes(`named "${type.name}"`));
  const theirs = all.find(({ type, origin }) => type.name === ours?.type.name && !own.types.has(origin));
  if (ours === undefined || theirs === undefined) return null;
  const nameOf = ({ origin }: typeof ours) =>
    typeof origin === 'function' ? `the class ${origin.name}` : 'an enum or union';
  const problem = `${ours.type.name}: is the name of two types, ${nameOf(theirs)} and ${nameOf(ours)} of graphql-simplejwt.`;
  return new SettingsError([`${problem} Expected another name, or createAuth({ typePrefix: 'Auth' }).`]);
}
