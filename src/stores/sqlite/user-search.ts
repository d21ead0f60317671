import { setImmediate as turn } from 'node:timers/promises';
import { AFTER_ALL_KEYS, withoutFinalSigma } from '../../contracts/username-key.ts';
import type { SqliteDatabase, SqlRow } from './database.ts';
import { USER_COLUMNS } from './rows.ts';

/** Users that are read before other requests have their turn: about a millisecond. */
const SLICE = 2000;

const BETWEEN = 'username_key > ? AND username_key <= ?';
const MATCHES = ['username_key', 'email_key'].map((key) => `instr(replace(${key}, 'ς', 'σ'), ?) > 0`).join(' OR ');

/**
 * Looks for texts in names and addresses. No index finds what is in the middle of a text, so all users are read, in slices: the
 * thread is free between them.
 */
export function sqliteUserSearch({ prepare }: Pick<SqliteDatabase, 'prepare'>) {
  const sliceEnd = prepare(
    `SELECT username_key FROM users WHERE username_key > ? ORDER BY username_key LIMIT 1 OFFSET ${SLICE - 1}`,
  );
  const found = prepare(
    `SELECT ${USER_COLUMNS} FROM users WHERE ${BETWEEN} AND (${MATCHES}) ORDER BY username_key LIMIT ?`,
  );
  const counted = prepare(`SELECT count(*) FROM users WHERE ${BETWEEN} AND (${MATCHES})`);

  /** Asks slice by slice after a key, until `take` says that it has enough. */
  async function eachSlice(after: string, take: (start: string, end: string) => boolean): Promise<void> {
    let start = after;
    for (;;) {
      const [key] = sliceEnd.get(start) ?? [];
      const end = key === undefined ? AFTER_ALL_KEYS : String(key);
      if (take(start, end) || key === undefined) return;
      start = end;
      await turn();
    }
  }

  return {
    list: async (part: string, after: string, limit: number): Promise<SqlRow[]> => {
      const text = withoutFinalSigma(part);
      const rows: SqlRow[] = [];
      await eachSlice(after, (start, end) => {
        rows.push(...found.all(start, end, text, text, limit - rows.length));
        return rows.length >= limit;
      });
      return rows;
    },
    count: async (part: string): Promise<number> => {
      const text = withoutFinalSigma(part);
      let count = 0;
      await eachSlice('', (start, end) => {
        count += Number(counted.get(start, end, text, text)?.[0] ?? 0);
        return false;
      });
      return count;
    },
  };
}
