import type { Insertion, Store, UserRecord, UserStore } from '../../contracts/store/store.ts';
import { adoptedId } from '../../core/sessions/standing.ts';
import type { AccountTarget } from '../../core/users/account-import.ts';
import type { OutstandingTarget } from '../../core/users/outstanding-tokens.ts';

/** A dry run for users: answers as the store would, and keeps changes in memory. */
export function rehearseUsers(users: UserStore): AccountTarget {
  const byId = new Map<string, UserRecord>();
  const keys = new Set<string>();
  const addresses = new Set<string>();
  const insert = async (user: UserRecord): Promise<Insertion> => {
    const { id, usernameKey, emailKey } = user;
    if (keys.has(usernameKey) || (await users.findByUsernameKey(usernameKey)) !== null) return 'username_taken';
    if (byId.has(id) || (await users.findById(id)) !== null) return 'id_taken';
    const isCrowded = async (key: string) => addresses.has(key) || (await users.findByEmailKey(key)) !== null;
    if (emailKey !== undefined && (await isCrowded(emailKey))) return 'email_taken';
    if (emailKey !== undefined) addresses.add(emailKey);
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

/** A dry run for tokens: answers as the token system would, and keeps changes in memory. */
export function rehearseTokens({ blacklist, sessions }: Pick<Store, 'blacklist' | 'sessions'>): OutstandingTarget {
  const seen = new Set<string>();
  const isNew = async (jti: string) => !seen.has(jti) && (await blacklist.find(jti)) === null;
  const once = (jti: string, answer: boolean) => {
    seen.add(jti);
    return answer;
  };
  return {
    keep: async (tokens) => {
      const kept: boolean[] = [];
      for (const { jti } of tokens) {
        const isKept = (await isNew(jti)) && (await sessions.find(adoptedId(jti))) === null;
        kept.push(once(jti, isKept));
      }
      return kept;
    },
    blacklist: async (entries) => {
      const added: boolean[] = [];
      for (const { jti } of entries) added.push(once(jti, await isNew(jti)));
      return added;
    },
  };
}
