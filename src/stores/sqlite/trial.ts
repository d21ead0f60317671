import type { SqliteDatabase } from './database.ts';

const NAME = 'trial';

/**
 * Makes a function that writes as much as a sign-in does, and leaves nothing behind: a session that is inserted and deleted
 * in one transaction takes the same pages to the disk.
 */
export function sqliteTrial(database: SqliteDatabase): () => Promise<void> {
  const insert = database.prepare(
    `INSERT INTO sessions (id, user_id, jti, rotated_at, created_at, last_used_at, expires_at, ends_at)
     VALUES (?1, ?1, ?1, 0, 0, 0, 0, 0)`,
  );
  const remove = database.prepare('DELETE FROM sessions WHERE id = ?');
  return () =>
    database.write(() => {
      insert.run(NAME);
      remove.run(NAME);
    });
}
