import type { GraphQLFormattedError, GraphQLSchema, ValidationRule } from 'graphql';
import { systemClock, type Clock } from '../contracts/clock.ts';
import type { Hooks } from '../contracts/hooks.ts';
import { expectHooks, namedAsOptions } from '../contracts/settings/option-names.ts';
import { SettingsError, settingsFromOptions } from '../contracts/settings/settings.ts';
import { hookTable, type SettingsInput } from '../contracts/settings/settings-table.ts';
import type { Store } from '../contracts/store/store.ts';
import { expectStore } from '../contracts/store/store-methods.ts';
import { assembleTokenSystem, type TokenSystem, type TokenSystemParts } from '../core/token-system.ts';
import { openStore } from '../stores/open-store.ts';
import { schemaBuilder, type AuthSchemaOptions, type SchemaShape } from './build-schema.ts';
import { challengeFor } from './challenge.ts';
import { createContextFunction, type AuthContext, type ContextInput } from './context.ts';
import { createFormatError } from './format-error.ts';
import { guard } from './guard.ts';
import { limitsRule } from './limits.ts';
import { createSocketHooks, type SocketHooks, type SocketOptions } from './graphql-ws.ts';
import { ownParts, type OwnParts } from './optional.ts';
import { subscriptionResolvers } from './schema.ts';
import { subgraphOf } from './subgraph.ts';
import { subscription } from './subscription.ts';

/** Settings, hooks, and parts of your own. */
export interface AuthOptions extends SettingsInput, Hooks, SchemaShape {
  /** A store of your own. Default: MongoDB at `mongodbUri`, otherwise SQLite in `dataDir`. `close()` closes it. */
  readonly store?: Store;
  /** Milliseconds since the epoch; for tests. */
  readonly clock?: Clock;
  /** Receives errors that `formatError` hides from clients. Default: `console.error`. */
  readonly onInternalError?: (error: unknown) => void;
}

/** The token system, to be mounted in an Apollo Server of your own. */
export interface Auth extends TokenSystem {
  /**
   * Builds a schema of our resolvers and yours, with `authChecker: auth.guard`.
   *
   * @example
   * ```ts
   * const schema = auth.buildSchema({ resolvers: [NoteResolver] });
   * ```
   *
   * @throws SettingsError if one of your types or operations has the name of one of ours; it names both
   */
  readonly buildSchema: (options?: AuthSchemaOptions) => GraphQLSchema;
  /**
   * type-graphql resolver classes for its `buildSchema({ resolvers: [...auth.resolvers, Yours] })`. Reading them throws a
   * SettingsError where `typePrefix` or `operations` is given: only `auth.buildSchema` knows these.
   */
  readonly resolvers: OwnParts['resolvers'];
  /** More of them, for admins: what docs/administration.md describes. */
  readonly adminResolvers: OwnParts['adminResolvers'];
  /**
   * Our schema as a subgraph of Apollo Federation 2, with `User @key(fields: "id")`. It wants `@apollo/subgraph` 2.14 beside this
   * package. A user is found by their id for themself, and for admins.
   *
   * @throws SettingsError where that package is not installed
   */
  readonly subgraph: (options?: AuthSchemaOptions) => Promise<GraphQLSchema>;
  /** The subscription `sessionEvents`, for a server that carries subscriptions. */
  readonly subscriptionResolvers: typeof subscriptionResolvers;
  /**
   * What `source` brings, for a caller who is signed in, and for as long as they are: it ends with a `GraphQLError` when the
   * token expires, within a second of the end of its session or account, in whichever process that happened, and when its key
   * is retired. The first `next` authenticates.
   *
   * @example
   * ```ts
   * const subscribe = (_source: unknown, _args: unknown, context: AuthContext) =>
   *   auth.subscription(context, notes.iterate());
   * ```
   */
  readonly subscription: typeof subscription;
  /**
   * Options of `useServer` of graphql-ws, for `ws`, `@fastify/websocket` and their like: the payload of `connection_init` has the
   * header with the token; the socket is refused if the token is not good, and closed when a subscription would end. The code
   * is 4403 and the reason that of the error; 1013 where the store does not answer.
   *
   * @example
   * ```ts
   * import { useServer } from 'graphql-ws/use/ws';
   *
   * useServer({ schema, ...auth.graphqlWs() }, sockets);
   * ```
   */
  readonly graphqlWs: (options?: SocketOptions) => SocketHooks;
  /**
   * The context function, or what to spread into the result of your own.
   *
   * @example
   * ```ts
   * const context = async (input: ContextInput) => ({ ...(await auth.context(input)), startedAt: Date.now() });
   * ```
   */
  readonly context: (input: ContextInput) => Promise<AuthContext>;
  /** The `authChecker` behind `@Authorized()`. */
  readonly guard: typeof guard;
  /** Apollo Server's `validationRules`: the limits of what a document may ask for. */
  readonly validationRules: ValidationRule[];
  /** `WWW-Authenticate` of an answer to a caller who is not authenticated (RFC 9110 11.6.1). */
  readonly challenge: string;
  /** Apollo Server's `formatError`: masks and reports whatever is not meant for clients. */
  readonly formatError: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;
}

/**
 * Makes a token system to mount in an Apollo Server of your own.
 *
 * @example
 * ```ts
 * const auth = await createAuth({ signingKey, accessTokenLifetime: '10m' });
 * const schema = await buildSchema({ resolvers: [...auth.resolvers, ProfileResolver], authChecker: auth.guard });
 * const server = new ApolloServer({ schema, validationRules: auth.validationRules, formatError: auth.formatError });
 * await startStandaloneServer(server, { context: auth.context });
 * ```
 *
 * @throws SettingsError that names the option: an unknown one, a missing key, a bad value, a hook that is no function, a combination
 * that makes no sense, a store that lacks methods or cannot be opened
 */
export async function createAuth(options: AuthOptions): Promise<Auth> {
  return authOf(options).catch((error: unknown) => {
    throw namedAsOptions(error);
  });
}

async function authOf({
  store,
  clock = systemClock,
  onInternalError,
  typePrefix,
  operations,
  ...options
}: AuthOptions): Promise<Auth> {
  const isHook = ([name]: [string, unknown]) => name in hookTable;
  const given = Object.entries(options);
  const settings = settingsFromOptions(Object.fromEntries(given.filter((option) => !isHook(option))));
  const hooks: Hooks = Object.fromEntries(given.filter(isHook));
  expectHooks({ ...hooks, onInternalError });
  if (settings.email && settings.smtpUrl === undefined && hooks.sendMail === undefined) {
    throw new SettingsError([
      'sendMail: not given with email on; expected it, or smtpUrl and mailFrom, to send mails with.',
    ]);
  }
  const report = onInternalError ?? ((error: unknown) => console.error(error));
  if (store !== undefined) expectStore(store);
  const shape = { ...(typePrefix !== undefined && { typePrefix }), ...(operations !== undefined && { operations }) };
  const buildSchema = schemaBuilder(shape, await ownParts(settings)); // refuses before a store is opened
  const auth = await assembleAuth({
    settings,
    hooks,
    clock,
    report,
    store: store ?? (await openStore(settings, { onFault: (fault) => fault && report(fault) })),
  });
  const [option] = Object.keys(shape);
  return Object.defineProperties(auth, {
    buildSchema: { value: buildSchema, enumerable: true },
    subgraph: {
      value: async (given?: AuthSchemaOptions) => subgraphOf(buildSchema(given), `${typePrefix ?? ''}User`),
      enumerable: true,
    },
    ...(option !== undefined && { resolvers: { get: () => refuseResolvers(option) } }),
  });
}

function refuseResolvers(option: string): never {
  throw new SettingsError([
    `${option}: does not reach auth.resolvers. Expected auth.buildSchema({ resolvers: [...yours] }) in place of type-graphql's buildSchema.`,
  ]);
}

/** Puts GraphQL in front of a token system. */
export async function assembleAuth(parts: TokenSystemParts): Promise<Auth> {
  const own = await ownParts(parts.settings);
  const buildSchema = schemaBuilder({}, own);
  const { core, ...system } = await assembleTokenSystem(parts);
  core.rooms.mailer?.start();
  const context = createContextFunction(core, parts.settings);
  return {
    ...system,
    buildSchema,
    resolvers: own.resolvers,
    adminResolvers: own.adminResolvers,
    subgraph: async (options) => subgraphOf(buildSchema(options), 'User'),
    subscriptionResolvers,
    subscription,
    graphqlWs: (options) => createSocketHooks(context, parts.settings, parts.report, options),
    context,
    guard,
    validationRules: [limitsRule(parts.settings)],
    challenge: challengeFor(parts.settings),
    formatError: createFormatError(parts.report),
  };
}
