import type { ApolloServer, ApolloServerPlugin } from '@apollo/server';
import {
  execute,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Monitor } from '../contracts/monitor.ts';
import type { ServerSettings } from '../contracts/settings/settings-table.ts';
import { createApolloServer } from './apollo.ts';
import { CHALLENGE_HEADER, challengeOf, challengePlugin } from './challenge.ts';
import type { AuthContext } from './context.ts';
import { createFormatError } from './format-error.ts';
import type { Answer, Operation } from './operation.ts';
import { buildAuthSchema } from './schema.ts';
import { watchDocuments, watchRootFields } from './watched-fields.ts';

const MAX_DOCUMENTS = 500;
/** In characters. What a client sends over and over again is shorter. */
const MAX_TEXT_LENGTH = 4000;

/** What the server needs to know beside its settings. */
export interface GraphQLServerOptions {
  readonly settings: ServerSettings;
  readonly introspection: boolean;
  /** Watches the operations; null where nobody does. */
  readonly monitor: Monitor | null;
  /** Receives what is wrong with the server itself; clients see a mask. */
  readonly report: (error: unknown) => void;
}

/**
 * Runs operations. Whether a text may be run depends on the text alone: Apollo Server parses and validates it when it comes
 * for the first time, and what has passed is executed without it when it comes again.
 */
export class GraphQLServer {
  /** For all that is more than an operation in JSON. To be started and stopped by its owner. */
  readonly apollo: ApolloServer<AuthContext>;
  readonly #schema: GraphQLSchema;
  readonly #formatError: ReturnType<typeof createFormatError>;
  readonly #scheme: string;
  readonly #documents = new LRUCache<string, DocumentNode>({ max: MAX_DOCUMENTS });

  constructor({ settings, introspection, monitor, report }: GraphQLServerOptions) {
    const schema = buildAuthSchema(settings);
    this.#schema = monitor === null ? schema : watchRootFields(schema, monitor);
    this.#formatError = createFormatError(report);
    this.#scheme = settings.authHeaderTypes[0] ?? 'Bearer';
    this.apollo = createApolloServer({
      settings,
      introspection,
      schema: this.#schema,
      formatError: this.#formatError,
      plugins: [
        challengePlugin(this.#scheme),
        this.#documentKeeper(),
        ...(monitor === null ? [] : [watchDocuments(monitor)]),
      ],
    });
  }

  /** @throws what Apollo Server's plugins throw */
  async run(operation: Operation, contextValue: AuthContext): Promise<Answer> {
    const { query, variables: variableValues, operationName } = operation;
    const document = this.#documents.get(query);
    if (document !== undefined) {
      const result = await execute({ schema: this.#schema, document, variableValues, operationName, contextValue });
      // Without data nothing was run, since variables or name do not fit the document: Apollo Server says so its own way.
      if (result.data !== undefined) return this.#answer(result);
    }
    return this.#askApollo(operation, contextValue);
  }

  #documentKeeper(): ApolloServerPlugin<AuthContext> {
    return {
      requestDidStart: async () => ({
        didResolveOperation: async ({ source, document }) => {
          if (source.length <= MAX_TEXT_LENGTH) this.#documents.set(source, document);
        },
      }),
    };
  }

  async #askApollo({ query, variables, operationName }: Operation, contextValue: AuthContext): Promise<Answer> {
    const operation = { query, ...(variables && { variables }), ...(operationName != null && { operationName }) };
    const { http, body } = await this.apollo.executeOperation(operation, { contextValue });
    // An answer in parts needs directives that the schema does not have.
    const result = body.kind === 'single' ? body.singleResult : body.initialResult;
    return { status: http.status ?? 200, headers: http.headers, result };
  }

  #answer({ errors, data }: ExecutionResult): Answer {
    const challenge = challengeOf(errors, this.#scheme);
    return {
      status: 200,
      headers: challenge === null ? [] : [[CHALLENGE_HEADER, challenge]],
      result: { errors: errors?.map((error) => this.#format(error)), data },
    };
  }

  #format(error: GraphQLError): GraphQLFormattedError {
    const code = error.extensions['code'] ?? 'INTERNAL_SERVER_ERROR';
    return this.#formatError({ ...error.toJSON(), extensions: { ...error.extensions, code } }, error);
  }
}
