import {
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  OperationTypeNode,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLSchema,
  type ValidationRule,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { ServerSettings } from '../../contracts/settings/settings-table.ts';
import { limitsRule } from '../../graphql/limits.ts';

/** Clients send a few texts, over and over again: idle subscriptions share their documents. */
const MAX_DOCUMENTS = 100;

/** Nothing but subscriptions, which alone need a socket: what POST refuses cannot come this way. */
const onlySubscriptions: ValidationRule = (context) => ({
  OperationDefinition({ operation }) {
    if (operation === OperationTypeNode.SUBSCRIPTION) return;
    context.reportError(
      new GraphQLError('A WebSocket of this server takes subscriptions alone. Send queries and mutations by POST.'),
    );
  },
});

/** The documents of subscriptions, each text parsed and checked once. */
export class SocketDocuments {
  readonly #documents = new LRUCache<string, DocumentNode>({ max: MAX_DOCUMENTS });
  readonly #schema: GraphQLSchema;
  readonly #maxTokens: number;
  readonly #rules: readonly ValidationRule[];
  readonly #introspection: boolean;

  constructor(schema: GraphQLSchema, settings: ServerSettings, introspection: boolean) {
    this.#schema = schema;
    this.#maxTokens = settings.maxTokens;
    this.#introspection = introspection;
    const hidden = introspection ? [] : [NoSchemaIntrospectionCustomRule];
    this.#rules = [...specifiedRules, limitsRule(settings), onlySubscriptions, ...hidden];
  }

  /** The document of a text, or why it is refused, with the codes that answers to POST have. */
  read(text: string): DocumentNode | readonly GraphQLError[] {
    const known = this.#documents.get(text);
    if (known !== undefined) return known;
    let document: DocumentNode;
    try {
      document = parse(text, { maxTokens: this.#maxTokens });
    } catch (error) {
      if (error instanceof GraphQLError) return [withCode(error, 'GRAPHQL_PARSE_FAILED')];
      throw error;
    }
    const errors = validate(this.#schema, document, this.#rules);
    if (errors.length > 0) return errors.map((error) => withCode(this.#shown(error), 'GRAPHQL_VALIDATION_FAILED'));
    this.#documents.set(text, document);
    return document;
  }

  /** Where the schema is not shown, neither are names that a client has nearly guessed. */
  #shown(error: GraphQLError): GraphQLError {
    const message = this.#introspection ? error.message : error.message.replace(/ ?Did you mean .+\?$/, '');
    return new GraphQLError(message, { nodes: error.nodes ?? null });
  }
}

const withCode = (error: GraphQLError, code: string): GraphQLError =>
  Object.assign(error, { extensions: { ...error.extensions, code } });
