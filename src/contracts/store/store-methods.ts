import { SettingsError } from '../settings/settings.ts';
import type { Store } from './store.ts';

/** The parts of a store that hold records. */
export type Collection = Exclude<keyof Store, 'ping' | 'now' | 'close'>;

/** Every method of every collection. The compiler wants all of them, and no other. */
export const STORE_METHODS: { readonly [Name in Collection]: { readonly [Method in keyof Store[Name]]: true } } = {
  users: {
    insert: true,
    insertMany: true,
    findById: true,
    findByUsernameKey: true,
    findByEmailKey: true,
    list: true,
    count: true,
    update: true,
    replacePasswordHash: true,
    replaceAddress: true,
    delete: true,
  },
  sessions: {
    insert: true,
    find: true,
    findWithUser: true,
    listLive: true,
    rotate: true,
    noteReplay: true,
    replaceCurrent: true,
    touch: true,
    revoke: true,
    revokeAll: true,
    revokeOldest: true,
    listAll: true,
    rename: true,
    reauthenticate: true,
    anonymize: true,
    listRevoked: true,
    listBegun: true,
    listReplayed: true,
    deleteExpired: true,
  },
  blacklist: { add: true, addMany: true, find: true, list: true, deleteExpired: true },
  attempts: { find: true, add: true, replace: true, takeBack: true, delete: true, deleteExpired: true },
  services: { insert: true, find: true, list: true, delete: true },
  activity: { add: true, list: true, deleteExpired: true },
  secondFactors: { find: true, replace: true, delete: true },
  links: { insert: true, find: true, take: true, deleteOfUser: true, deleteExpired: true },
  outbox: { add: true, take: true, putOff: true, delete: true, deleteOfUser: true, count: true, deleteExpired: true },
  accountEvents: { add: true, list: true, listAll: true, deleteOfUser: true, deleteExpired: true },
  proofs: { add: true, deleteExpired: true },
};

/**
 * Refuses a custom store that lacks methods as soon as it is given, and not when a request needs one.
 *
 * @throws SettingsError with a line that names them
 */
export function expectStore(store: unknown): asserts store is Store {
  const parts = Object.entries({ ...STORE_METHODS, '': { ping: true, now: true, close: true } });
  const missing = parts.flatMap(([part, methods]) => {
    const holder = part === '' ? store : memberOf(store, part);
    return Object.keys(methods)
      .filter((method) => typeof memberOf(holder, method) !== 'function')
      .map((method) => (part === '' ? method : `${part}.${method}`));
  });
  if (missing.length === 0) return;
  throw new SettingsError([
    `store: has no method ${missing.join(', ')}; expected all methods of the type Store that graphql-simplejwt exports.`,
  ]);
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
