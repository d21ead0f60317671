import type { GraphQLFormattedError, GraphQLSchema, ValidationRule } from 'graphql';
import type { Clock } from '../contracts/clock.ts';
import type { Hooks } from '../contracts/hooks.ts';
import type { SettingsInput } from '../contracts/settings/settings-table.ts';
import type { Store } from '../contracts/store/store.ts';
import type { TokenSystem } from '../core/token-system.ts';
import type { AuthSchemaOptions, SchemaShape } from './build-schema.ts';
import type { AuthContext, ContextInput } from './context.ts';
import type { SocketHooks, SocketOptions } from './graphql-ws.ts';
import type { guard } from './guard.ts';
import type { OwnParts } from './optional.ts';
import type { subscriptionResolvers } from './schema.ts';
import type { subscription } from './subscription.ts';

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
   * is 4403 and the reason that of the error; 1013 where the store does not answer. Documents and errors are treated as by
   * `validationRules` and `formatError`.
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
