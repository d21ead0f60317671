import type { AttemptRecord, AttemptStore } from '../../contracts/store/store.ts';
import type { SqlRow, SqliteDatabase } from './database.ts';
import { moment } from './rows.ts';
import { removeInSlices } from '../slices.ts';

const COLUMNS = 'name, count, next_at, expires_at';

/** A temporary table of this connection, in memory: the counts need not survive a restart. */
const TABLE = `CREATE TEMP TABLE attempts (
  name TEXT PRIMARY KEY,
  count INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID`;

export function sqliteAttempts(database: SqliteDatabase): AttemptStore {
  database.prepare(TABLE).run();
  database.prepare('CREATE INDEX temp.attempts_by_expiry ON attempts (expires_at)').run();
  const select = database.prepare(`SELECT ${COLUMNS} FROM attempts WHERE name = ?`);
  const add = database.prepare('UPDATE attempts SET count = count + 1 WHERE name = ? AND count < ? AND expires_at > ?');
  const insert = database.prepare(`INSERT INTO attempts (${COLUMNS}) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`);
  const replace = database.prepare(
    `UPDATE attempts SET count = ?, next_at = ?, expires_at = ?
     WHERE name = ? AND count = ? AND next_at = ? AND expires_at = ?`,
  );
  const takeLast = database.prepare('DELETE FROM attempts WHERE name = ? AND count = 1');
  const takeOne = database.prepare('UPDATE attempts SET count = count - 1 WHERE name = ?');
  const remove = database.prepare('DELETE FROM attempts WHERE name = ?');
  const deleteExpired = database.prepare(
    'DELETE FROM attempts WHERE name IN (SELECT name FROM attempts WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)',
  );

  return {
    find: async (name) => readAttempts(select.get(name)),
    add: async (name, { limit, at }) => add.run(name, limit, at.getTime()) === 1,
    replace: async (expected, { name, ...next }) => {
      if (expected === null) return insert.run(name, ...values(next)) === 1;
      return replace.run(...values(next), name, ...values(expected)) === 1;
    },
    takeBack: async (name) => takeLast.run(name) === 1 || takeOne.run(name) === 1,
    delete: async (name) => remove.run(name) === 1,
    deleteExpired: (at) => removeInSlices((limit) => deleteExpired.run(at.getTime(), limit)),
  };
}

const values = ({ count, nextAt, expiresAt }: Omit<AttemptRecord, 'name'>) =>
  [count, nextAt.getTime(), expiresAt.getTime()] as const;

function readAttempts(row: SqlRow | undefined): AttemptRecord | null {
  if (row === undefined) return null;
  const [name, count, nextAt, expiresAt] = row;
  return {
    name: String(name),
    count: Number(count),
    nextAt: moment(nextAt),
    expiresAt: moment(expiresAt),
  };
}
