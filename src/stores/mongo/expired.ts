import { trusted } from 'mongoose';
import { removeInSlices } from '../slices.ts';
import { translated } from './errors.ts';
import type { ModelOf } from './schema-options.ts';

/** What ends at some time. */
interface Expiring {
  readonly _id: string | Date;
  readonly expiresAt: Date;
}

/** Removes documents whose `expiresAt` is not after a time, a slice at a time; `deleteMany` knows no limit. Resolves to how many. */
export async function removeExpired<Document extends Expiring>(model: ModelOf<Document>, at: Date): Promise<number> {
  let total = 0;
  const isOver = { expiresAt: trusted({ $lte: at }) };
  await removeInSlices(async (limit) => {
    const found = await translated(() =>
      model.find(isOver, { _id: 1 }).sort({ expiresAt: 1 }).limit(limit).lean<Pick<Expiring, '_id'>[]>(),
    );
    if (found.length === 0) return 0;
    const ids = found.map(({ _id }) => _id);
    const { deletedCount } = await translated(() => model.deleteMany({ _id: trusted({ $in: ids }), ...isOver }));
    total += deletedCount;
    return found.length; // another process may have removed some of them, and there may be more
  });
  return total;
}
