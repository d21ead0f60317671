import { trusted } from 'mongoose';
import type { ActivityStore } from '../../contracts/store/store.ts';
import { inserted, translated } from './errors.ts';
import { removeExpired } from './expired.ts';
import type { ActivityDocument, Models } from './models.ts';

export function mongoActivity(activity: Models['activity']): ActivityStore {
  return {
    add: async ({ hour, expiresAt, ...counts }) => {
      const increase = () =>
        activity.updateOne({ _id: hour }, { $inc: counts, $setOnInsert: { expiresAt } }, { upsert: true });
      // Of two that begin an hour at once, a server may refuse one, which then finds it begun.
      if (!(await inserted(increase))) await translated(increase);
    },
    list: async (from) => {
      const found = await translated(() =>
        activity
          .find({ _id: trusted({ $gte: from }) })
          .sort({ _id: 1 })
          .lean(),
      );
      return found.map(toRecord);
    },
    deleteExpired: (at) => removeExpired(activity, at),
  };
}

const toRecord = ({ _id: hour, ...record }: ActivityDocument) => ({ hour, ...record });
