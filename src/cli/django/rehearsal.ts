import type { Blacklist, Insertion, UserRecord, UserStore } from '../../contracts/store/store.ts';
import type { AccountTarget } from '../../core/users/account-import.ts';
import type { BlacklistTarget } from './blacklist-import.ts';

/** A dry run for users: answers as the store would, and keeps changes in memory. */
export function rehearseUsers(users: UserStore): AccountTarget {
  const byId = new Map<string, UserRecord>();
  const keys = new Set<string>();
  const insert = async (user: UserRecord): Promise<Insertion> => {
    const { id, usernameKey } = user;
    if (keys.has(usernameKey) || (await users.findByUsernameKey(usernameKey)) !== null) return 'username_taken';
    if (byId.has(id) || (await users.findById(id)) !== null) return 'id_taken';
    byId.set(id, user);
    keys.add(usernameKey);
    return 'inserted';
  };
  return {
    insertMany: async (many) => {
      const insertions: Insertion[] = [];
      for (const user of many) insertions.push(await insert(user));
      return insertions;
    },
    findById: async (id) => byId.get(id) ?? users.findById(id),
  };
}

/** A dry run for the blacklist: answers as the store would, and keeps changes in memory. */
export function rehearseBlacklist(blacklist: Blacklist): BlacklistTarget {
  const seen = new Set<string>();
  return {
    addMany: async (entries) => {
      const added: boolean[] = [];
      for (const { jti } of entries) {
        added.push(!seen.has(jti) && (await blacklist.find(jti)) === null);
        seen.add(jti);
      }
      return added;
    },
  };
}
