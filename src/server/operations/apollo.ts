import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLFormattedError, GraphQLSchema } from 'graphql';
import type { ServerSettings } from '../../contracts/settings/settings-table.ts';
import type { AuthContext } from '../../graphql/context.ts';
import { limitsRule, noSubscriptions } from '../../graphql/limits.ts';

/** What the server needs to know beside its settings. */
export interface ApolloOptions {
  readonly settings: ServerSettings;
  readonly schema: GraphQLSchema;
  readonly introspection: boolean;
  readonly plugins: readonly ApolloServerPlugin<AuthContext>[];
  readonly formatError: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;
}

/** Apollo names an option of its own, which nobody who runs this server can set. */
const withSetting = (formatted: GraphQLFormattedError): GraphQLFormattedError =>
  formatted.extensions?.['validationErrorCode'] === 'INTROSPECTION_DISABLED'
    ? {
        ...formatted,
        message: 'Introspection is off. The operator of this server turns it on with GRAPHQL_INTROSPECTION=on.',
      }
    : formatted;

/** Our Apollo Server: the schema, and nothing switched on that a client does not need. */
export function createApolloServer({
  settings,
  schema,
  introspection,
  plugins,
  formatError,
}: ApolloOptions): ApolloServer<AuthContext> {
  return new ApolloServer<AuthContext>({
    schema,
    introspection,
    hideSchemaDetailsFromClientErrors: !introspection,
    includeStacktraceInErrorResponses: false,
    formatError: (formatted, error) => withSetting(formatError(formatted, error)),
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    csrfPrevention: true,
    validationRules: [limitsRule(settings), noSubscriptions],
    parseOptions: { maxTokens: settings.maxTokens },
    stopOnTerminationSignals: false,
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(), // which a subgraph would have
      ...plugins,
    ],
  });
}
