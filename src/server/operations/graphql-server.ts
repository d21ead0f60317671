import type { ApolloServer } from '@apollo/server';
import type { GraphQLSchema } from 'graphql';
import type { Monitor } from '../../contracts/monitor.ts';
import type { ServerSettings } from '../../contracts/settings/settings-table.ts';
import { challengeFor } from '../../graphql/challenge.ts';
import type { AuthContext } from '../../graphql/context.ts';
import { createFormatError } from '../../graphql/format-error.ts';
import { createApolloServer } from './apollo.ts';
import { challengePlugin } from './challenge.ts';
import { PlainRoad } from './plain-road.ts';
import { watchDocuments, watchRootFields } from './watched-fields.ts';

/** What the server needs to know beside its settings. */
export interface GraphQLServerOptions {
  readonly settings: ServerSettings;
  /** Ours. */
  readonly schema: GraphQLSchema;
  readonly introspection: boolean;
  /** Watches the operations; null without metrics and traces. */
  readonly monitor: Monitor | null;
  /** Receives what is wrong with the server itself; clients see a mask. */
  readonly report: (error: unknown) => void;
}

/** Answers operations, on two roads. */
export class GraphQLServer {
  /** For all that is more than an operation in JSON. To be started and stopped by its owner. */
  readonly apollo: ApolloServer<AuthContext>;
  readonly plain: PlainRoad;
  /** What they answer from, watched where anybody watches. */
  readonly schema: GraphQLSchema;
  /** How they show errors. */
  readonly formatError: ReturnType<typeof createFormatError>;

  constructor({ settings, schema: plainSchema, introspection, monitor, report }: GraphQLServerOptions) {
    const schema = monitor === null ? plainSchema : watchRootFields(plainSchema, monitor);
    this.schema = schema;
    const formatError = createFormatError(report);
    this.formatError = formatError;
    const challenge = challengeFor(settings);
    this.plain = new PlainRoad({ schema, challenge, formatError, apollo: () => this.apollo });
    this.apollo = createApolloServer({
      settings,
      introspection,
      schema,
      formatError,
      plugins: [
        challengePlugin(challenge),
        this.plain.documentKeeper(),
        ...(monitor === null ? [] : [watchDocuments(monitor)]),
      ],
    });
  }
}
