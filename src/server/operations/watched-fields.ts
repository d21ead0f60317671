import type { ApolloServerPlugin, BaseContext, GraphQLRequestListener } from '@apollo/server';
import type { GraphQLSchema } from 'graphql';
import type { Monitor } from '../../contracts/monitor.ts';

/** Wraps the root fields of our schema, guard and throttle included, so that a monitor sees them. */
export function watchRootFields(schema: GraphQLSchema, monitor: Pick<Monitor, 'watch'>): GraphQLSchema {
  const roots = [
    { type: 'query', fields: schema.getQueryType()?.getFields() },
    { type: 'mutation', fields: schema.getMutationType()?.getFields() },
  ] as const;
  for (const { type, fields = {} } of roots) {
    for (const [name, field] of Object.entries(fields)) {
      const { resolve } = field;
      if (!resolve) continue;
      const watch = monitor.watch({ kind: 'operation', type, field: name });
      field.resolve = (source, args, context, info) => watch(() => resolve(source, args, context, info));
    }
  }
  return schema;
}

/** Tells of documents that were refused before any field was asked: only there, errors have no path. */
export function watchDocuments(monitor: Pick<Monitor, 'tell'>): ApolloServerPlugin {
  const listener: GraphQLRequestListener<BaseContext> = {
    didEncounterErrors: async ({ errors: [error] }) => {
      if (error?.path !== undefined) return;
      monitor.tell({ kind: 'document_refused', code: String(error?.extensions['code']) });
    },
  };
  return { requestDidStart: async () => listener };
}
