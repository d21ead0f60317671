import { trusted } from 'mongoose';
import type { AccountEventRecord, AccountEventStore, ListPosition } from '../../contracts/store/store.ts';
import { translated } from './errors.ts';
import { removeExpired } from './expired.ts';
import type { AccountEventDocument, MailModels } from './mail-models.ts';

const NEWEST_FIRST = { at: -1, _id: -1 } as const;

export function mongoAccountEvents(events: MailModels['accountEvents']): AccountEventStore {
  return {
    add: async ({ id, ...event }, keep) => {
      await translated(() => events.insertOne({ _id: id, ...event }));
      const { userId } = event;
      const oldest = await translated(() =>
        events.find({ userId }, { _id: 1 }).sort(NEWEST_FIRST).skip(keep).lean<Pick<AccountEventDocument, '_id'>[]>(),
      );
      const ids = oldest.map(({ _id }) => _id);
      if (ids.length > 0) await translated(() => events.deleteMany({ _id: trusted({ $in: ids }) }));
    },
    list: async (userId, limit) => {
      if (limit === 0) return []; // to MongoDB, zero is no limit
      const found = await translated(() => events.find({ userId }).sort(NEWEST_FIRST).limit(limit).lean());
      return found.map(toEvent);
    },
    listAll: async (before, limit) => {
      if (limit === 0) return [];
      const found = await translated(() =>
        events
          .find(before === null ? {} : earlierThan(before))
          .sort({ expiresAt: -1, _id: -1 })
          .limit(limit)
          .lean(),
      );
      return found.map(toEvent);
    },
    deleteOfUser: async (userId) => (await translated(() => events.deleteMany({ userId }))).deletedCount,
    deleteExpired: (at) => removeExpired(events, at),
  };
}

const earlierThan = ({ at, name }: ListPosition) => ({
  expiresAt: trusted({ $lte: at }),
  $or: [{ expiresAt: trusted({ $lt: at }) }, { _id: trusted({ $lt: name }) }],
});

const toEvent = ({ _id: id, ...event }: AccountEventDocument): AccountEventRecord => ({ id, ...event });
