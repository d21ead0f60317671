import { runInThisContext } from 'node:vm';
import mongoose, { type mongo } from 'mongoose';

type Collections = Readonly<Record<string, mongo.Collection>>;

/** Runs one statement of MongoDB's shell, in which `db.sessions` is the collection of that name. */
export async function runMongoShell(uri: string, statement: string): Promise<unknown> {
  const connection = await mongoose.createConnection(uri).asPromise();
  try {
    const db = new Proxy<Collections>({}, { get: (_, name) => connection.collection(String(name)) });
    const run = runInThisContext(`(db) => ${statement.trim().replace(/;$/, '')}`) as (
      db: Collections,
    ) => Promise<unknown>;
    return await run(db);
  } finally {
    await connection.close();
  }
}
