/** Stores with many users, each with one session. Everything follows from a number, so nothing need be remembered. */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';
import { sqliteActivity } from '../dist/stores/sqlite/activity.js';
import { openDatabase } from '../dist/stores/sqlite/open-database.js';
import { sqliteSessions } from '../dist/stores/sqlite/sessions.js';
import { sqliteUsers } from '../dist/stores/sqlite/users.js';
import { ACCOUNT } from './processes.mjs';

const BATCH = 10_000;
const HOUR_MS = 3_600_000;
/** Of the length of most browsers'. */
const USER_AGENT = 'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';

/** What a server makes of 16 random bytes: no two neighbours of an index belong together. */
const nameOf = (kind, index) => createHash('sha256').update(`${kind} ${index}`).digest('hex').slice(0, 32);
const fileIn = (folder) => join(folder, 'simplejwt.sqlite');

const user = (index, at) => ({
  id: nameOf('user', index),
  username: `user${index}@example.com`,
  usernameKey: `user${index}@example.com`,
  passwordHash: ACCOUNT.PASSWORD_HASH,
  passwordChangedAt: at,
  isActive: true,
  isAdmin: false,
  lastLogin: at,
  createdAt: at,
});

const session = (index, { at, expiresAt }) => ({
  id: nameOf('session', index),
  userId: nameOf('user', index),
  jti: nameOf('token', index),
  previousJti: nameOf('predecessor', index),
  rotatedAt: at,
  rotatedBy: null,
  replay: null,
  createdAt: at,
  lastUsedAt: at,
  expiresAt,
  endsAt: expiresAt,
  userAgent: USER_AGENT,
  ipAddress: '203.0.113.7',
  revokedAt: null,
  revokedReason: null,
});

/** What happened in this hour. */
const activity = () => ({
  hour: new Date(Date.now() - (Date.now() % HOUR_MS)),
  signIns: 0,
  refusals: 0,
  refreshes: 1,
  reuses: 0,
  expiresAt: new Date(Date.now() + 24 * HOUR_MS),
});

/** Opens the store of a folder, works on it, and resolves to the size of its file in bytes. */
async function grown(folder, work) {
  const database = openDatabase(fileIn(folder));
  try {
    await work(database);
  } finally {
    database.close();
  }
  return statSync(fileIn(folder)).size;
}

async function inBatches({ first = 0, count }, work) {
  for (let done = 0; done < count; done += BATCH) {
    await work(Array.from({ length: Math.min(BATCH, count - done) }, (_, index) => first + done + index));
  }
}

/** Adds so many users; the bytes the file has grown by for each. */
export async function addUsers(folder, count) {
  const at = new Date();
  const before = await grown(folder, () => {});
  const after = await grown(folder, (database) => {
    const users = sqliteUsers(database);
    return inBatches({ count }, (indexes) => users.insertMany(indexes.map((index) => user(index, at))));
  });
  return (after - before) / count;
}

/** Adds so many sessions, of users with the same numbers, which end in an hour or ended two days ago; the bytes for each. */
export async function addSessions(folder, count, { isExpired = false, first = 0 } = {}) {
  const at = new Date(Date.now() - 2 * HOUR_MS);
  const expiresAt = new Date(Date.now() + (isExpired ? -48 * HOUR_MS : HOUR_MS));
  const before = await grown(folder, () => {});
  const after = await grown(folder, async (database) => {
    const sessions = sqliteSessions(database);
    // Writes of one turn are one transaction.
    const add = (index) => sessions.insert(session(index, { at, expiresAt }));
    // Nothing is removed from a store that has not been in use: its clock cannot be trusted.
    if (isExpired) await sqliteActivity(database).add(activity());
    return inBatches({ first, count }, (indexes) => Promise.all(indexes.map(add)));
  });
  return (after - before) / count;
}

/** A token of the session with this number, as this server makes them. */
export function tokenOf(index, type) {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    token_type: type,
    exp: now + 3000,
    iat: now,
    jti: nameOf(type === 'refresh' ? 'token' : 'access', index),
    user_id: nameOf('user', index),
    sid: nameOf('session', index),
  };
  return jwt.sign(claims, ACCOUNT.JWT_SIGNING_KEY);
}
