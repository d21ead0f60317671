import type { Connection, mongo, Schema } from 'mongoose';
import { SCHEMAS } from './models.ts';

type Indexed = Pick<Schema, 'get' | 'indexes'>;

/** Makes the indexes that are missing, those of a collection in one command. */
export async function makeIndexes({ db }: Connection): Promise<void> {
  const making = Object.values<Indexed>(SCHEMAS).map(async (schema) => {
    const indexes: mongo.IndexDescription[] = [];
    for (const [key, definition] of schema.indexes()) indexes.push({ ...definition, key } as mongo.IndexDescription);
    if (indexes.length > 0) await db?.collection(String(schema.get('collection'))).createIndexes(indexes);
  });
  await Promise.all(making);
}
