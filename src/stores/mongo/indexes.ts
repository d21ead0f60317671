import type { Connection, mongo, Schema } from 'mongoose';
import { SCHEMAS } from './models.ts';

type Indexed = Pick<Schema, 'get' | 'indexes'>;

/** Makes the indexes that are missing, those of a collection in one command. */
export async function makeIndexes({ db }: Connection): Promise<void> {
  const making = Object.values<Indexed>(SCHEMAS).map((schema) => {
    const indexes = schema.indexes().map(([key, definition]) => ({ ...definition, key }) as mongo.IndexDescription);
    return indexes.length === 0 ? [] : db?.collection(String(schema.get('collection'))).createIndexes(indexes);
  });
  await Promise.all(making);
}
