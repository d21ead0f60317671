import DataLoader from 'dataloader';
import { trusted } from 'mongoose';
import { translated } from './errors.ts';

/** What finds documents of one collection. */
interface Finder {
  find(filter: { readonly _id: object }): { lean<Result>(): PromiseLike<Result> };
}

/** All fit into the first answer of a cursor, which MongoDB limits to 101. */
const MAX_IDS = 100;

/**
 * Reads documents by id. Those that are asked for at once, by several requests, are one question: what MongoDB's driver does for
 * a question takes longer than the rest of a request. Nothing is kept.
 *
 * @throws StoreUnavailable, to all who asked
 */
export function readById<Document extends { readonly _id: string }>(
  model: Finder,
): (id: string) => Promise<Document | null> {
  const loader = new DataLoader<string, Document | null>(
    async (ids) => {
      const found = await model.find({ _id: trusted({ $in: ids }) }).lean<Document[]>();
      const byId = new Map(found.map((document) => [document._id, document]));
      return ids.map((id) => byId.get(id) ?? null);
    },
    { cache: false, maxBatchSize: MAX_IDS },
  );
  return (id) => translated(() => loader.load(id));
}
