import type { Blacklist, BlacklistEntry } from '../../contracts/store/store.ts';
import { removeInSlices } from '../slices.ts';
import type { SqlRow, SqliteDatabase } from './database.ts';
import { moment } from './rows.ts';

const COLUMNS = 'jti, expires_at, blacklisted_at';

export function sqliteBlacklist(database: SqliteDatabase): Blacklist {
  const insert = database.prepare(`INSERT INTO blacklist (${COLUMNS}) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`);
  const select = database.prepare(`SELECT ${COLUMNS} FROM blacklist WHERE jti = ?`);
  const page = database.prepare(
    `SELECT ${COLUMNS} FROM blacklist WHERE blacklisted_at >= ?1 AND (blacklisted_at > ?1 OR jti > ?2)
     ORDER BY blacklisted_at, jti LIMIT ?3`,
  );
  const deleteExpired = database.prepare(
    'DELETE FROM blacklist WHERE jti IN (SELECT jti FROM blacklist WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)',
  );

  const add = ({ jti, expiresAt, blacklistedAt }: BlacklistEntry): boolean =>
    insert.run(jti, expiresAt.getTime(), blacklistedAt.getTime()) === 1;

  return {
    add: (entry) => database.write(() => add(entry)),
    addMany: (entries) => database.write(() => entries.map(add)),
    find: async (jti) => readEntry(select.get(jti)),
    list: async ({ at, name }, limit) => page.all(at.getTime(), name, limit).flatMap((row) => readEntry(row) ?? []),
    deleteExpired: (at) => removeInSlices((limit) => database.write(() => deleteExpired.run(at.getTime(), limit))),
  };
}

function readEntry(row: SqlRow | undefined): BlacklistEntry | null {
  if (row === undefined) return null;
  const [jti, expiresAt, blacklistedAt] = row;
  return {
    jti: String(jti),
    expiresAt: moment(expiresAt),
    blacklistedAt: moment(blacklistedAt),
  };
}
