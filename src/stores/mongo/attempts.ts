import { trusted } from 'mongoose';
import type { AttemptStore } from '../../contracts/store/store.ts';
import { inserted, translated } from './errors.ts';
import { removeExpired } from './expired.ts';
import type { Models } from './models.ts';

export function mongoAttempts(attempts: Models['attempts']): AttemptStore {
  const change = async (filter: object, update: object) =>
    (await translated(() => attempts.updateOne(filter, update))).matchedCount === 1;
  const remove = async (filter: object) => (await translated(() => attempts.deleteOne(filter))).deletedCount === 1;

  return {
    find: async (name) => {
      const document = await translated(() => attempts.findOne({ _id: name }).lean());
      if (document === null) return null;
      const { count, nextAt, expiresAt } = document;
      return { name, count, nextAt, expiresAt };
    },
    add: (name, { limit, at }) =>
      change({ _id: name, count: trusted({ $lt: limit }), expiresAt: trusted({ $gt: at }) }, { $inc: { count: 1 } }),
    replace: (expected, { name, ...next }) => {
      if (expected === null) return inserted(() => attempts.insertOne({ _id: name, ...next }));
      const { count, nextAt, expiresAt } = expected;
      return change({ _id: name, count, nextAt, expiresAt }, { $set: next });
    },
    takeBack: async (name) =>
      (await remove({ _id: name, count: 1 })) ||
      change({ _id: name, count: trusted({ $gt: 0 }) }, { $inc: { count: -1 } }),
    delete: (name) => remove({ _id: name }),
    deleteExpired: (at) => removeExpired(attempts, at),
  };
}
