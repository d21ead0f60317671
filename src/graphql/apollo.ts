import { ApolloServer, type ApolloServerPlugin, type GraphQLRequestListener } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import type { ServerSettings } from '../settings/settings-table.ts';
import type { AuthContext } from './context.ts';
import { createFormatError } from './format-error.ts';
import { limitsRule, noSubscriptions } from './limits.ts';
import { buildAuthSchema } from './schema.ts';

/** What the server needs to know beside its settings. */
export interface ApolloOptions {
  readonly settings: ServerSettings;
  readonly introspection: boolean;
  readonly plugins: readonly ApolloServerPlugin<AuthContext>[];
  /** Receives what is wrong with the server itself; clients see a mask. */
  readonly report: (error: unknown) => void;
}

/** Our Apollo Server: the schema, and nothing switched on that a client does not need. */
export function createApolloServer({
  settings,
  introspection,
  plugins,
  report,
}: ApolloOptions): ApolloServer<AuthContext> {
  return new ApolloServer<AuthContext>({
    schema: buildAuthSchema(settings),
    introspection,
    hideSchemaDetailsFromClientErrors: !introspection,
    includeStacktraceInErrorResponses: false,
    formatError: createFormatError(report),
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    csrfPrevention: true,
    validationRules: [limitsRule(settings), noSubscriptions],
    parseOptions: { maxTokens: settings.maxTokens },
    stopOnTerminationSignals: false,
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      challenge(settings.authHeaderTypes[0] ?? 'Bearer'),
      ...plugins,
    ],
  });
}

/** RFC 9110 11.6.1: an answer may say which credentials would have helped, whatever its status. */
function challenge(scheme: string): ApolloServerPlugin<AuthContext> {
  const listener: GraphQLRequestListener<AuthContext> = {
    willSendResponse: async ({ errors, response }) => {
      if (errors?.some(({ extensions }) => extensions['code'] === 'UNAUTHENTICATED')) {
        response.http.headers.set('www-authenticate', `${scheme} realm="api"`);
      }
    },
  };
  return { requestDidStart: async () => listener };
}
