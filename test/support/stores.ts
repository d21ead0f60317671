import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from '@jest/globals';

/** Where one test keeps its data: settings for the library and environment variables for a process. */
export interface Place {
  readonly options: { readonly dataDir: string; readonly mongodbUri?: string };
  readonly env: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

export type StoreKind = 'sqlite' | 'mongodb';

const mongodbServer = process.env['TEST_MONGODB_URI'] ?? '';

/** The stores there are on this machine. */
export const storeKinds: readonly StoreKind[] = mongodbServer === '' ? ['sqlite'] : ['sqlite', 'mongodb'];

/** A fresh folder, and for MongoDB a fresh database. */
export function newPlace(kind: StoreKind): Place {
  const dataDir = mkdtempSync(join(tmpdir(), 'simplejwt-'));
  const removeFolder = () => rmSync(dataDir, { recursive: true, force: true });
  if (kind === 'sqlite') {
    return { options: { dataDir }, env: { DATA_DIR: dataDir }, remove: async () => removeFolder() };
  }
  const uri = new URL(mongodbServer);
  uri.pathname = `/test_${randomBytes(8).toString('hex')}`;
  const mongodbUri = uri.toString();
  return {
    options: { dataDir, mongodbUri },
    env: { DATA_DIR: dataDir, MONGODB_URI: mongodbUri },
    remove: async () => {
      removeFolder();
      await dropDatabase(mongodbUri);
    },
  };
}

/** The in-memory stand-in knows no `dropDatabase`; what it holds ends with it. */
let canDrop = true;

async function dropDatabase(uri: string): Promise<void> {
  if (!canDrop) return;
  const { default: mongoose } = await import('mongoose'); // which suites on SQLite need not load
  const connection = await mongoose.createConnection(uri).asPromise();
  try {
    await connection.dropDatabase();
  } catch (error) {
    if (!/no such command/.test(String(error))) throw error;
    canDrop = false;
  } finally {
    await connection.close();
  }
}

/** Runs a suite on every store. */
export function describeEachStore(name: string, suite: (kind: StoreKind) => void): void {
  describe.each(storeKinds)(`${name} on %s`, (kind) => {
    suite(kind);
  });
}
