import DataLoader from 'dataloader';
import { translated } from './errors.ts';

/**
 * A collection of the driver itself: what Mongoose would add, casts and documents with methods, these questions have no use for. With
 * `$in` and `$eq`, what would be an operator is compared as a value.
 */
interface Collection {
  readonly collection: {
    find(filter: object): { toArray(): Promise<unknown[]> };
    bulkWrite(swaps: Update[], options: { readonly ordered: false }): Promise<{ readonly matchedCount: number }>;
  };
}

interface Update {
  readonly updateOne: { readonly filter: object; readonly update: { readonly $set: Record<string, unknown> } };
}

/** All fit into the first answer of a cursor, which MongoDB limits to 101. */
const MAX_IDS = 100;
const OPTIONS = { cache: false, maxBatchSize: MAX_IDS } as const;

/**
 * Reads documents by id. Those that are asked for at once, by several requests, are one question: what MongoDB's driver does for
 * a question takes longer than the rest of a request. Nothing is kept.
 *
 * @throws StoreUnavailable, to all who asked
 */
export function readById<Document extends { readonly _id: string }>({
  collection,
}: Collection): (id: string) => Promise<Document | null> {
  const loader = new DataLoader<string, Document | null>(async (ids) => {
    const found = (await collection.find({ _id: { $in: ids } }).toArray()) as Document[];
    const byId = new Map(found.map((document) => [document._id, document]));
    return ids.map((id) => byId.get(id) ?? null);
  }, OPTIONS);
  return (id) => translated(() => loader.load(id));
}

/** A compare-and-swap of one document. */
export interface Swap {
  readonly id: string;
  readonly filter: object;
  readonly change: Record<string, unknown>;
  /** Whether a document shows that this swap was done, perhaps with one more after it. */
  readonly isDoneIn: (document: { readonly [field: string]: unknown }) => boolean;
}

/**
 * Makes compare-and-swaps; those of several requests at once are one command. MongoDB says how many of them matched. Where that is not
 * all, the documents tell whose did: each is read once more.
 *
 * @throws StoreUnavailable, to all who asked
 */
export function swapById({ collection }: Collection): (swap: Swap) => Promise<boolean> {
  const loader = new DataLoader<Swap, boolean>(async (swaps) => {
    const operations = swaps.map(({ id, filter, change }) => ({
      updateOne: { filter: { ...filter, _id: { $eq: id } }, update: { $set: change } },
    }));
    const { matchedCount } = await collection.bulkWrite(operations, { ordered: false });
    if (matchedCount === swaps.length || matchedCount === 0) return swaps.map(() => matchedCount > 0);
    const found = await collection.find({ _id: { $in: swaps.map(({ id }) => id) } }).toArray();
    const byId = new Map((found as { readonly _id: string }[]).map((document) => [document._id, document]));
    return swaps.map(({ id, isDoneIn }) => isDoneIn({ ...byId.get(id) }));
  }, OPTIONS);
  return (swap) => translated(() => loader.load(swap));
}
