import { trusted } from 'mongoose';
import type { SessionRecord, SessionStore } from '../store.ts';
import { inserted, translated } from './errors.ts';
import type { Models, SessionDocument } from './models.ts';

const NEWEST_FIRST = { createdAt: -1, _id: -1 } as const;
const live = (userId: string, at: Date) => ({ userId, revokedAt: null, expiresAt: trusted({ $gt: at }) });

export function mongoSessions(sessions: Models['sessions']): SessionStore {
  return {
    insert: ({ id, ...session }) => inserted(() => sessions.insertOne({ _id: id, ...session })),
    find: async (id) => readSession(await translated(() => sessions.findOne({ _id: id }).lean())),
    listLive: async (userId, at) => {
      const found = await translated(() => sessions.find(live(userId, at)).sort(NEWEST_FIRST).lean());
      return found.flatMap((document) => readSession(document) ?? []);
    },
    rotate: async (id, presentedJti, successor) => {
      const filter = { _id: id, jti: presentedJti, revokedAt: null };
      const change = { $set: { ...successor, previousJti: presentedJti } };
      return (await translated(() => sessions.updateOne(filter, change))).matchedCount === 1;
    },
    replaceCurrent: async (id, successor) =>
      (await translated(() => sessions.updateOne({ _id: id, revokedAt: null }, { $set: { ...successor } })))
        .matchedCount === 1,
    touch: async (id, at) =>
      (await translated(() => sessions.updateOne({ _id: id, revokedAt: null }, { $set: { lastUsedAt: at } })))
        .matchedCount === 1,
    revoke: async (id, { at, reason }) => {
      const change = { $set: { revokedAt: at, revokedReason: reason } };
      return (await translated(() => sessions.updateOne({ _id: id, revokedAt: null }, change))).matchedCount === 1;
    },
    revokeAll: async (userId, { at, reason }, exceptId) => {
      const filter = { userId, revokedAt: null, ...(exceptId !== undefined && { _id: trusted({ $ne: exceptId }) }) };
      const change = { $set: { revokedAt: at, revokedReason: reason } };
      return (await translated(() => sessions.updateMany(filter, change))).modifiedCount;
    },
    revokeOldest: async (userId, keep, { at, reason }) => {
      const oldest = await translated(() =>
        sessions.find(live(userId, at), { _id: 1 }).sort(NEWEST_FIRST).skip(keep).lean(),
      );
      if (oldest.length === 0) return 0;
      const filter = { _id: trusted({ $in: oldest.map(({ _id }) => _id) }), revokedAt: null };
      const change = { $set: { revokedAt: at, revokedReason: reason } };
      return (await translated(() => sessions.updateMany(filter, change))).modifiedCount;
    },
    deleteExpired: async (at) =>
      (await translated(() => sessions.deleteMany({ expiresAt: trusted({ $lte: at }) }))).deletedCount,
  };
}

function readSession(document: SessionDocument | null): SessionRecord | null {
  if (document === null) return null;
  const { _id: id, ...session } = document;
  return { id, ...session };
}
