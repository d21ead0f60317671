import { mongo } from 'mongoose';
import { StoreUnavailable } from '../../contracts/errors.ts';

const DUPLICATE_KEY = 11000;

/** How long an operation may take in all, in milliseconds. */
export const DEADLINE_MS = 5000;

/**
 * Runs one operation of the driver. The driver tries again what the network cut off, and has no limit for both together (its
 * `timeoutMS` does nothing): what takes longer than the deadline fails here. It may still be done after that.
 *
 * @throws StoreUnavailable whatever the driver threw
 */
export async function translated<Result>(work: () => PromiseLike<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`MongoDB did not answer within ${DEADLINE_MS} ms`)), DEADLINE_MS);
  });
  try {
    return await Promise.race([work(), late]);
  } catch (error) {
    throw new StoreUnavailable(error);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs work that may take as long as it takes, such as the build of an index.
 *
 * @throws StoreUnavailable whatever the driver threw
 */
export async function translatedPatiently<Result>(work: () => PromiseLike<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw new StoreUnavailable(error);
  }
}

/** Runs an insertion; resolves to whether it inserted, or met a record with the same unique key. */
export function inserted(work: () => PromiseLike<unknown>): Promise<boolean> {
  return translated(async () => {
    try {
      await work();
      return true;
    } catch (error) {
      if (typeof error === 'object' && error !== null && 'code' in error && error.code === DUPLICATE_KEY) return false;
      throw error;
    }
  });
}

/** Inserts are unordered: a refused record does not stop the others. */
const BULK = { ordered: false, throwOnValidationError: true } as const;

/** What inserts records into one collection. */
interface Inserter<Document> {
  insertMany(documents: Document[], options: typeof BULK): PromiseLike<unknown>;
  insertOne(document: Document): PromiseLike<unknown>;
}

/** Inserts records; resolves to whether each was inserted, or met one with the same unique key. */
export async function insertedOf<Document>(model: Inserter<Document>, documents: Document[]): Promise<boolean[]> {
  if (documents.length === 0) return [];
  const duplicates = await translated(async () => {
    try {
      await model.insertMany(documents, BULK);
      return new Set<number>();
    } catch (error) {
      return duplicatesIn(error);
    }
  });
  if (duplicates !== null) return documents.map((_, index) => !duplicates.has(index));
  // Not every server that speaks the protocol goes on after a duplicate: it inserted none and names none.
  const added: boolean[] = [];
  for (const document of documents) added.push(await inserted(() => model.insertOne(document)));
  return added;
}

/**
 * Which records met one with the same unique key, if nothing else went wrong; a write that may be lost is worse. Null
 * if the server refused all for one it does not name.
 */
function duplicatesIn(error: unknown): Set<number> | null {
  if (!(error instanceof mongo.MongoBulkWriteError) || error.result.getWriteConcernError() !== undefined) throw error;
  const failures = [error.writeErrors].flat();
  if (error.code === DUPLICATE_KEY && failures.length === 0 && error.insertedCount === 0) return null;
  if (failures.length === 0 || failures.some(({ code }) => code !== DUPLICATE_KEY)) throw error;
  return new Set(failures.map(({ index }) => index));
}
