import { trusted } from 'mongoose';
import type { Blacklist } from '../../contracts/store/store.ts';
import { inserted, insertedOf, translated } from './errors.ts';
import { removeExpired } from './expired.ts';
import type { BlacklistDocument, Models } from './models.ts';

export function mongoBlacklist(blacklist: Models['blacklist']): Blacklist {
  return {
    add: ({ jti, ...entry }) => inserted(() => blacklist.insertOne({ _id: jti, ...entry })),
    addMany: (entries) =>
      insertedOf(
        blacklist,
        entries.map(({ jti, ...entry }) => ({ _id: jti, ...entry })),
      ),
    find: async (jti) => {
      const document = await translated(() => blacklist.findOne({ _id: jti }).lean());
      return document && toEntry(document);
    },
    list: async ({ at, name }, limit) => {
      if (limit === 0) return []; // to MongoDB, zero is no limit
      const later = [{ blacklistedAt: trusted({ $gt: at }) }, { _id: trusted({ $gt: name }) }];
      const filter = { blacklistedAt: trusted({ $gte: at }), $or: later };
      const found = await translated(() =>
        blacklist.find(filter).sort({ blacklistedAt: 1, _id: 1 }).limit(limit).lean(),
      );
      return found.map(toEntry);
    },
    deleteExpired: (at) => removeExpired(blacklist, at),
  };
}

const toEntry = ({ _id: jti, expiresAt, blacklistedAt }: BlacklistDocument) => ({ jti, expiresAt, blacklistedAt });
