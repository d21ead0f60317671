import { trusted } from 'mongoose';
import type { ListPosition, SessionRecord, SessionStore, Successor, UserStore } from '../../contracts/store/store.ts';
import { readById, swapById, type Swap } from './by-id.ts';
import { inserted, translated } from './errors.ts';
import { removeExpired } from './expired.ts';
import type { Models, SessionDocument } from './models.ts';

const NEWEST_FIRST = { createdAt: -1, _id: -1 } as const;
const live = (userId: string, at: Date) => ({ userId, revokedAt: null, expiresAt: trusted({ $gt: at }) });

export function mongoSessions(sessions: Models['sessions'], users: Pick<UserStore, 'findById'>): SessionStore {
  type Change = Partial<Omit<SessionDocument, '_id'>>;
  const changeOne = async (filter: { _id: string; jti?: string; [condition: string]: unknown }, change: Change) => {
    const unrevoked = { ...filter, revokedAt: null };
    return (await translated(() => sessions.updateOne(unrevoked, { $set: change }))).matchedCount === 1;
  };
  const changeMany = async (filter: object, change: Change) =>
    (await translated(() => sessions.updateMany({ ...filter, revokedAt: null }, { $set: change }))).modifiedCount;

  const read = readById<SessionDocument>(sessions);
  const swap = swapById(sessions);
  const find = async (id: string) => readSession(await read(id));
  /** Sessions from a position on, in the order of a moment. */
  const listLater = async (moment: string, { at, name }: ListPosition, limit: number) => {
    if (limit === 0) return []; // to MongoDB, zero is no limit
    const later = [{ [moment]: trusted({ $gt: at }) }, { _id: trusted({ $gt: name }) }];
    const filter = { [moment]: trusted({ $gte: at }), $or: later };
    const found = await translated(() =>
      sessions
        .find(filter)
        .sort({ [moment]: 1, _id: 1 })
        .limit(limit)
        .lean(),
    );
    return found.flatMap((document) => readSession(document) ?? []);
  };

  return {
    insert: ({ id, ...session }) => inserted(() => sessions.insertOne({ _id: id, ...session })),
    find,
    findWithUser: async (id, userId) => {
      // Two questions at once: a join would ask every shard, as the collections are spread by ids of their own.
      const [session, user] = await Promise.all([find(id), users.findById(userId)]);
      return { session, user };
    },
    listLive: async (userId, at) => {
      const found = await translated(() => sessions.find(live(userId, at)).sort(NEWEST_FIRST).lean());
      return found.flatMap((document) => readSession(document) ?? []);
    },
    rotate: (id, presentedJti, successor) => swap({ id, ...rotation(presentedJti, successor) }),
    noteReplay: (id, former, next) => {
      // To MongoDB, null is also what documents have in which there is no such field.
      const asItWas = former === null ? { replay: null } : { 'replay.version': former.version };
      return changeOne({ _id: id, jti: next.jti, ...asItWas }, { replay: next });
    },
    replaceCurrent: (id, successor) => changeOne({ _id: id }, { ...successor }),
    touch: (id, at) => changeOne({ _id: id }, { lastUsedAt: at }),
    revoke: (id, { at, reason }) => changeOne({ _id: id }, { revokedAt: at, revokedReason: reason }),
    revokeAll: (userId, { at, reason }, exceptId) => {
      const others = exceptId === undefined ? {} : { _id: trusted({ $ne: exceptId }) };
      return changeMany({ userId, ...others }, { revokedAt: at, revokedReason: reason });
    },
    revokeOldest: async (userId, keep, { at, reason }) => {
      const oldest = await translated(() =>
        sessions.find(live(userId, at), { _id: 1 }).sort(NEWEST_FIRST).skip(keep).lean(),
      );
      if (oldest.length === 0) return 0;
      const ids = oldest.map(({ _id }) => _id);
      return changeMany({ _id: trusted({ $in: ids }) }, { revokedAt: at, revokedReason: reason });
    },
    listAll: async (userId) => {
      const found = await translated(() => sessions.find({ userId }).sort(NEWEST_FIRST).lean());
      return found.flatMap((document) => readSession(document) ?? []);
    },
    rename: (id, deviceName) => changeOne({ _id: id }, { deviceName }),
    reauthenticate: (id, authentication) => changeOne({ _id: id }, { authentication }),
    anonymize: async (userId) => {
      const nothing = { userAgent: null, ipAddress: null, rotatedBy: null, replay: null };
      await translated(() => sessions.updateMany({ userId }, { $set: nothing, $unset: { deviceName: true } }));
    },
    listRevoked: (position, limit) => listLater('revokedAt', position, limit),
    listBegun: (position, limit) => listLater('createdAt', position, limit),
    listReplayed: (position, limit) => listLater('replay.reported.at', position, limit),
    deleteExpired: (at) => removeExpired(sessions, at),
  };
}

/** The compare-and-swap of a rotation. The name of a successor is new, and the next one keeps it as that of its predecessor. */
export const rotation = (presentedJti: string, successor: Successor): Omit<Swap, 'id'> => ({
  filter: { jti: { $eq: presentedJti }, revokedAt: null },
  change: { ...successor, previousJti: presentedJti },
  isDoneIn: ({ jti, previousJti }) => jti === successor.jti || previousJti === successor.jti,
});

function readSession(document: SessionDocument | null): SessionRecord | null {
  if (document === null) return null;
  const { _id: id, rotatedBy = null, replay = null, ...session } = document;
  return { id, ...session, rotatedBy, replay };
}
