import { report, within } from './awaitable.ts';
import {
  generateProofKeys,
  proofKeyOf,
  type ProofKey,
  type ProofKeyAlgorithm,
  type ProofKeyPair,
} from './proof-key.ts';

const DATABASE = 'graphql-simplejwt-dpop';
const KEYS = 'keys';
/** Milliseconds. What a database may take to open. */
const PATIENCE_MS = 5000;

/**
 * The key of this browser, in IndexedDB: no script can take it out of there, and all pages of the origin have the same. The first
 * that asks makes it. Where the browser forbids IndexedDB, it is in memory: of this page alone, and gone with it.
 *
 * @param name of the key among those of the origin
 * @param algorithm of a key that is made: one that is there stays what it is
 * @throws Error where the database fails that has the key: the next request asks again
 */
export function browserKey(name: string, algorithm?: ProofKeyAlgorithm): () => Promise<ProofKey> {
  let inMemory: Promise<ProofKeyPair> | null = null;

  async function pair(): Promise<ProofKeyPair> {
    if (inMemory !== null) return inMemory;
    const database = await open();
    if (database === null) return (inMemory ??= generateProofKeys(algorithm));
    try {
      return (await read(database, name)) ?? (await keep(database, name, await generateProofKeys(algorithm)));
    } finally {
      database.close(); // an open one keeps the user from removing it
    }
  }

  /** A full disk takes no key: then this page has one of its own. */
  async function keep(database: IDBDatabase, called: string, made: ProofKeyPair): Promise<ProofKeyPair> {
    try {
      return await firstOf(database, called, made);
    } catch (error) {
      report(error);
      return (inMemory ??= Promise.resolve(made));
    }
  }

  return async () => proofKeyOf(await pair());
}

/** The database; null where there is none to be had. */
function open(): Promise<IDBDatabase | null> {
  const opened = new Promise<IDBDatabase | null>((resolve) => {
    // Reading `indexedDB` throws in a sandboxed frame, and opening it where storage is blocked; it may also fail later.
    const request = attempt(() => globalThis.indexedDB.open(DATABASE, 1));
    if (request === null) return resolve(null);
    request.addEventListener('upgradeneeded', () => void request.result.createObjectStore(KEYS));
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => resolve(null));
  });
  return within(PATIENCE_MS, opened, () => new Error('IndexedDB, which has the DPoP key, does not answer.'));
}

function attempt<Value>(act: () => Value): Value | null {
  try {
    return act();
  } catch {
    return null;
  }
}

const read = (database: IDBDatabase, name: string): Promise<ProofKeyPair | undefined> =>
  new Promise((resolve, reject) => {
    const transaction = database.transaction(KEYS);
    const request = transaction.objectStore(KEYS).get(name) as IDBRequest<ProofKeyPair | undefined>;
    transaction.addEventListener('complete', () => resolve(request.result));
    transaction.addEventListener('abort', () => reject(transaction.error ?? failed()));
  });

/** The pair that is there, or else this one. One transaction: of all tabs that try, the others find the first one's. */
const firstOf = (database: IDBDatabase, name: string, made: ProofKeyPair): Promise<ProofKeyPair> =>
  new Promise((resolve, reject) => {
    let first = made;
    const transaction = database.transaction(KEYS, 'readwrite');
    const keys = transaction.objectStore(KEYS);
    const found = keys.get(name) as IDBRequest<ProofKeyPair | undefined>;
    found.addEventListener('success', () => {
      if (found.result === undefined) keys.put(made, name);
      else first = found.result;
    });
    transaction.addEventListener('complete', () => resolve(first));
    transaction.addEventListener('abort', () => reject(transaction.error ?? failed()));
  });

const failed = () => new Error('IndexedDB, which has the DPoP key, failed.');
