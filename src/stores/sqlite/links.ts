import type { LinkPurpose, LinkRecord, LinkStore } from '../../contracts/store/store.ts';
import { removeInSlices } from '../slices.ts';
import type { SqlRow, SqliteDatabase } from './database.ts';
import { moment } from './rows.ts';

const COLUMNS = 'name, purpose, user_id, email, bond, expires_at';

export function sqliteLinks(database: SqliteDatabase): LinkStore {
  const insert = database.prepare(`INSERT INTO links (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`);
  const select = database.prepare(`SELECT ${COLUMNS} FROM links WHERE name = ?`);
  const remove = database.prepare('DELETE FROM links WHERE name = ?');
  const removeOfUser = database.prepare('DELETE FROM links WHERE user_id = ?');
  const deleteExpired = database.prepare(
    'DELETE FROM links WHERE name IN (SELECT name FROM links WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)',
  );

  return {
    insert: ({ name, purpose, userId, email, bond, expiresAt }) =>
      database.write(() => void insert.run(name, purpose, userId, email, bond, expiresAt.getTime())),
    find: async (name) => readLink(select.get(name)),
    take: (name) => database.write(() => remove.run(name) === 1),
    deleteOfUser: (userId) => database.write(() => removeOfUser.run(userId)),
    deleteExpired: (at) => removeInSlices((limit) => database.write(() => deleteExpired.run(at.getTime(), limit))),
  };
}

function readLink(row: SqlRow | undefined): LinkRecord | null {
  if (row === undefined) return null;
  const [name, purpose, userId, email, bond, expiresAt] = row;
  return {
    name: String(name),
    purpose: String(purpose) as LinkPurpose,
    userId: String(userId),
    email: String(email),
    bond: String(bond),
    expiresAt: moment(expiresAt),
  };
}
