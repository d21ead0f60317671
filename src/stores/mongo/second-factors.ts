import type { SecondFactorStore } from '../../contracts/store/store.ts';
import { inserted, translated } from './errors.ts';
import type { Models } from './models.ts';

export function mongoSecondFactors(factors: Models['secondFactors']): SecondFactorStore {
  return {
    find: async (userId) => {
      const document = await translated(() => factors.findOne({ _id: userId }).lean());
      if (document === null) return null;
      const { _id, ...record } = document;
      return { userId: _id, ...record };
    },
    replace: async (former, { userId, ...next }) => {
      if (former === null) return inserted(() => factors.insertOne({ _id: userId, ...next }));
      const filter = { _id: userId, version: former.version };
      return (await translated(() => factors.updateOne(filter, { $set: next }))).matchedCount === 1;
    },
    delete: async (userId) => (await translated(() => factors.deleteOne({ _id: userId }))).deletedCount === 1,
  };
}
