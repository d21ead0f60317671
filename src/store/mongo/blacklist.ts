import { trusted } from 'mongoose';
import type { Blacklist } from '../store.ts';
import { inserted, insertedOf, translated } from './errors.ts';
import type { Models } from './models.ts';

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
      return document && { jti, expiresAt: document.expiresAt, blacklistedAt: document.blacklistedAt };
    },
    deleteExpired: async (at) =>
      (await translated(() => blacklist.deleteMany({ expiresAt: trusted({ $lte: at }) }))).deletedCount,
  };
}
