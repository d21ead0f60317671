import { BRIEF } from '../../contracts/store/attempt-names.ts';
import type { AttemptRecord, AttemptStore } from '../../contracts/store/store.ts';
import { removeInSlices } from '../slices.ts';
import type { SqlRow, SqliteDatabase } from './database.ts';
import { moment } from './rows.ts';

const COLUMNS = 'name, count, next_at, expires_at';

/** A temporary table of this connection, in memory: what lasts a minute need not survive a restart. */
const BRIEF_TABLE = `CREATE TEMP TABLE brief_attempts (
  name TEXT PRIMARY KEY,
  count INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID`;

export function sqliteAttempts(database: SqliteDatabase): AttemptStore {
  database.prepare(BRIEF_TABLE).run();
  database.prepare('CREATE INDEX temp.brief_attempts_by_expiry ON brief_attempts (expires_at)').run();
  const brief = attemptsIn('brief_attempts', database, async (work) => work());
  const kept = attemptsIn('attempts', database, database.note);
  const of = (name: string) => (name.startsWith(BRIEF) ? brief : kept);
  return {
    find: (name) => of(name).find(name),
    add: (name, room) => of(name).add(name, room),
    replace: (expected, next) => of(next.name).replace(expected, next),
    takeBack: (name) => of(name).takeBack(name),
    delete: (name) => of(name).delete(name),
    deleteExpired: async (at) => (await kept.deleteExpired(at)) + (await brief.deleteExpired(at)),
  };
}

function attemptsIn(table: string, database: SqliteDatabase, write: SqliteDatabase['note']): AttemptStore {
  const select = database.prepare(`SELECT ${COLUMNS} FROM ${table} WHERE name = ?`);
  const add = database.prepare(`UPDATE ${table} SET count = count + 1 WHERE name = ? AND count < ? AND expires_at > ?`);
  const insert = database.prepare(`INSERT INTO ${table} (${COLUMNS}) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`);
  const replace = database.prepare(
    `UPDATE ${table} SET count = ?, next_at = ?, expires_at = ?
     WHERE name = ? AND count = ? AND next_at = ? AND expires_at = ?`,
  );
  const takeLast = database.prepare(`DELETE FROM ${table} WHERE name = ? AND count = 1`);
  const takeOne = database.prepare(`UPDATE ${table} SET count = count - 1 WHERE name = ?`);
  const remove = database.prepare(`DELETE FROM ${table} WHERE name = ?`);
  const deleteExpired = database.prepare(
    `DELETE FROM ${table} WHERE name IN (SELECT name FROM ${table} WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`,
  );

  return {
    find: async (name) => readAttempts(select.get(name)),
    add: (name, { limit, at }) => write(() => add.run(name, limit, at.getTime()) === 1),
    replace: (expected, { name, ...next }) =>
      write(() => {
        if (expected === null) return insert.run(name, ...values(next)) === 1;
        return replace.run(...values(next), name, ...values(expected)) === 1;
      }),
    takeBack: (name) => write(() => takeLast.run(name) === 1 || takeOne.run(name) === 1),
    delete: (name) => write(() => remove.run(name) === 1),
    deleteExpired: (at) => removeInSlices((limit) => write(() => deleteExpired.run(at.getTime(), limit))),
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
