import { trusted } from 'mongoose';
import type { Insertion, UserRecord, UserStore } from '../../contracts/store/store.ts';
import { withoutFinalSigma } from '../../contracts/username-key.ts';
import { readById } from './by-id.ts';
import { inserted, insertedOf, translated } from './errors.ts';
import type { Models, UserDocument } from './models.ts';

export function mongoUsers(users: Models['users']): UserStore {
  const read = readById<UserDocument>(users);
  const isAddressTaken = async (emailKey: string | undefined) =>
    emailKey !== undefined && (await translated(() => users.exists({ emailKey }))) !== null;
  return {
    insert: async ({ id, ...user }) => {
      if (await inserted(() => users.insertOne({ _id: id, ...user }))) return 'inserted';
      const namesake = await translated(() => users.exists({ usernameKey: user.usernameKey }));
      if (namesake !== null) return 'username_taken';
      return (await isAddressTaken(user.emailKey)) ? 'email_taken' : 'id_taken';
    },
    insertMany: async (many) => {
      const added = await insertedOf(
        users,
        many.map(({ id, ...user }) => ({ _id: id, ...user })),
      );
      const keys = many.filter((_, index) => added[index] === false).map(({ usernameKey }) => usernameKey);
      const namesakes = await translated(() =>
        users.find({ usernameKey: trusted({ $in: keys }) }, { usernameKey: 1 }).lean(),
      );
      const taken = new Set(namesakes.map(({ usernameKey }) => usernameKey));
      const outcomes: Insertion[] = [];
      for (const [index, { usernameKey, emailKey }] of many.entries()) {
        if (added[index] === true) outcomes.push('inserted');
        else if (taken.has(usernameKey)) outcomes.push('username_taken');
        else outcomes.push((await isAddressTaken(emailKey)) ? 'email_taken' : 'id_taken');
      }
      return outcomes;
    },
    findById: async (id) => readUser(await read(id)),
    findByUsernameKey: async (usernameKey) => readUser(await translated(() => users.findOne({ usernameKey }).lean())),
    findByEmailKey: async (emailKey) => readUser(await translated(() => users.findOne({ emailKey }).lean())),
    list: async ({ after, limit, part }) => {
      if (limit === 0) return []; // to MongoDB, zero is no limit
      const filter = { ...(after !== null && { usernameKey: trusted({ $gt: after }) }), ...matching(part) };
      const found = await translated(() => users.find(filter).sort({ usernameKey: 1 }).limit(limit).lean());
      return found.flatMap((document) => readUser(document) ?? []);
    },
    count: (part) => translated(() => users.countDocuments(matching(part))),
    update: async (id, changes) =>
      readUser(
        await translated(() =>
          users.findOneAndUpdate({ _id: id }, { $set: changes }, { returnDocument: 'after' }).lean(),
        ),
      ),
    replacePasswordHash: async (id, expected, passwordHash, facts) => {
      const filter = { _id: id, passwordHash: expected };
      const change = { passwordHash, ...facts };
      return (await translated(() => users.updateOne(filter, { $set: change }))).matchedCount === 1;
    },
    replaceAddress: async (id, expected, next) => {
      // To MongoDB, null is also what documents have in which there is no such field; the index skips only the latter.
      const entries = Object.entries(next);
      const $set = Object.fromEntries(entries.filter(([, value]) => value !== null));
      const $unset = Object.fromEntries(entries.filter(([, value]) => value === null));
      const change = () => users.updateOne({ _id: id, email: expected }, { $set, $unset });
      let isThere = false;
      const isFree = await inserted(async () => (isThere = (await change()).matchedCount === 1));
      if (!isFree) return 'email_taken';
      return isThere ? 'replaced' : 'changed';
    },
    delete: async (id) => (await translated(() => users.deleteOne({ _id: id }))).deletedCount === 1,
  };
}

/** Those in whose name or address a text is. */
function matching(part?: string) {
  if (part === undefined) return {};
  const escaped = withoutFinalSigma(part).replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  const text = new RegExp(escaped.replaceAll('σ', '[σς]'));
  return { $or: [{ usernameKey: text }, { emailKey: text }] };
}

function readUser(document: UserDocument | null): UserRecord | null {
  if (document === null) return null;
  const { _id: id, isAdmin = false, formerHashClaim = null, roles = [], ...user } = document;
  return {
    id,
    isAdmin,
    ...user,
    ...(formerHashClaim !== null && { formerHashClaim }),
    ...(roles.length > 0 && { roles }), // no roles are none at all
  };
}
