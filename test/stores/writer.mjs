/**
 * One of several processes that write to one store at once. Given its name, the place and the names to fight for, it
 * says `ready`, waits for a line, and prints which names each of its calls won.
 */
import { once } from 'node:events';
import { openStore } from '../../dist/stores/open-store.js';

const { me, options, names } = JSON.parse(process.argv[2] ?? '');
const store = await openStore(options);
console.log('ready');
await once(process.stdin, 'data');

const at = new Date(1_800_000_000_000);
const user = {
  username: 'u',
  passwordHash: 'h',
  passwordChangedAt: at,
  isActive: true,
  isAdmin: false,
  lastLogin: null,
  createdAt: at,
};
const successor = { rotatedAt: at, lastUsedAt: at, expiresAt: at };
const calls = {
  own: async (name) => {
    const own = `${me} ${name}`;
    return (await store.users.insert({ ...user, id: own, usernameKey: own })) === 'inserted';
  },
  users: async (name) =>
    (await store.users.insert({ ...user, id: `${me} and ${name}`, usernameKey: name })) === 'inserted',
  rotations: (name) => store.sessions.rotate(name, 'first', { ...successor, jti: me }),
  revocations: (name) => store.sessions.revoke(name, { at, reason: me }),
  proofs: (name) => store.proofs.add(name, at),
  blacklist: (jti) => store.blacklist.add({ jti, expiresAt: at, blacklistedAt: at }),
};
const won = {};
for (const [kind, call] of Object.entries(calls)) {
  won[kind] = [];
  for (const name of names) if (await call(name)) won[kind].push(name);
}
console.log(JSON.stringify(won));
await store.close();
process.stdin.destroy();
