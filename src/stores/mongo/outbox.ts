import { trusted } from 'mongoose';
import type { MailRecord, Outbox } from '../../contracts/store/store.ts';
import { inserted, translated } from './errors.ts';
import { removeExpired } from './expired.ts';
import type { MailDocument, MailModels } from './mail-models.ts';

export function mongoOutbox(outbox: MailModels['outbox']): Outbox {
  return {
    add: ({ id, facts, ...mail }) =>
      inserted(() => outbox.insertOne({ _id: id, facts: JSON.stringify(facts), ...mail })),
    take: async (at, until) => {
      for (;;) {
        const due = await translated(() =>
          outbox
            .findOne({ nextAt: trusted({ $lte: at }) })
            .sort({ nextAt: 1, _id: 1 })
            .lean(),
        );
        if (due === null) return null;
        const { _id, attempts, nextAt } = due;
        const taken = { attempts: attempts + 1, nextAt: until };
        const { matchedCount } = await translated(() => outbox.updateOne({ _id, attempts, nextAt }, { $set: taken }));
        if (matchedCount === 1) return toMail({ ...due, ...taken });
      }
    },
    putOff: async (id, attempts, nextAt) =>
      (await translated(() => outbox.updateOne({ _id: id, attempts }, { $set: { nextAt } }))).matchedCount === 1,
    delete: async (id) => (await translated(() => outbox.deleteOne({ _id: id }))).deletedCount === 1,
    deleteOfUser: async (userId) => (await translated(() => outbox.deleteMany({ userId }))).deletedCount,
    count: () => translated(() => outbox.countDocuments({})),
    deleteExpired: (at) => removeExpired(outbox, at),
  };
}

const toMail = ({ _id: id, facts, ...mail }: MailDocument): MailRecord => ({
  id,
  ...mail,
  facts: JSON.parse(facts) as MailRecord['facts'],
});
