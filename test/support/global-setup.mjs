import { startMongoDb } from './mongodb.mjs';

/** Finds or starts a server for the MongoDB suites; says in one line where there is none. */
export default async function setup() {
  const server = await startMongoDb();
  globalThis.stopMongoDb = server.stop;
  process.env.TEST_MONGODB_URI = server.uri ?? '';
  if (server.uri !== null) return;
  const line = 'The MongoDB suites do not run: set MONGODB_URI, or install on Linux x64 with optional dependencies.';
  if (process.env.CI === 'true') throw new Error(line);
  console.warn(`\n${line}`);
}
