import type { Blacklist, BlacklistEntry } from '../store.ts';
import type { SqliteDatabase } from './database.ts';

export function sqliteBlacklist(database: SqliteDatabase): Blacklist {
  const insert = database.prepare(
    'INSERT INTO blacklist (jti, expires_at, blacklisted_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const select = database.prepare('SELECT jti, expires_at, blacklisted_at FROM blacklist WHERE jti = ?');
  const deleteExpired = database.prepare('DELETE FROM blacklist WHERE expires_at <= ?');

  const add = ({ jti, expiresAt, blacklistedAt }: BlacklistEntry): boolean =>
    insert.run(jti, expiresAt.getTime(), blacklistedAt.getTime()) === 1;

  return {
    add: async (entry) => add(entry),
    addMany: async (entries) => database.transaction(() => entries.map(add)),
    find: async (jti) => {
      const row = select.get(jti);
      if (row === undefined) return null;
      return {
        jti,
        expiresAt: new Date(Number(row['expires_at'])),
        blacklistedAt: new Date(Number(row['blacklisted_at'])),
      };
    },
    deleteExpired: async (at) => deleteExpired.run(at.getTime()),
  };
}
