import type { MailKind, MailRecord, Outbox } from '../../contracts/store/store.ts';
import { removeInSlices } from '../slices.ts';
import type { SqlRow, SqliteDatabase } from './database.ts';
import { moment, textOrNull } from './rows.ts';

const COLUMNS = 'id, kind, user_id, recipient, language, facts, attempts, created_at, next_at, expires_at';

export function sqliteOutbox(database: SqliteDatabase): Outbox {
  const insert = database.prepare(
    `INSERT INTO outbox (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const due = database.prepare('SELECT id FROM outbox WHERE next_at <= ? ORDER BY next_at, id LIMIT 1');
  const take = database.prepare(
    `UPDATE outbox SET next_at = ?, attempts = attempts + 1 WHERE id = ? RETURNING ${COLUMNS}`,
  );
  const putOff = database.prepare('UPDATE outbox SET next_at = ? WHERE id = ? AND attempts = ?');
  const remove = database.prepare('DELETE FROM outbox WHERE id = ?');
  const removeOfUser = database.prepare('DELETE FROM outbox WHERE user_id = ?');
  const count = database.prepare('SELECT count(*) FROM outbox');
  const deleteExpired = database.prepare(
    'DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)',
  );

  return {
    add: ({ id, kind, userId, to, language, facts, attempts, ...times }) =>
      database.write(() => {
        const moments = [times.createdAt, times.nextAt, times.expiresAt].map((time) => time.getTime());
        return insert.run(id, kind, userId, to, language, JSON.stringify(facts), attempts, ...moments) === 1;
      }),
    // Nothing is written, and no disk waited for, where nothing is due: servers ask again and again.
    take: async (at, until) => {
      if (due.get(at.getTime()) === undefined) return null;
      return database.write(() => {
        const first = due.get(at.getTime());
        return first === undefined ? null : readMail(take.get(until.getTime(), first[0] ?? null));
      });
    },
    putOff: (id, attempts, nextAt) => database.write(() => putOff.run(nextAt.getTime(), id, attempts) === 1),
    delete: (id) => database.write(() => remove.run(id) === 1),
    deleteOfUser: (userId) => database.write(() => removeOfUser.run(userId)),
    count: async () => Number(count.get()?.[0] ?? 0),
    deleteExpired: (at) => removeInSlices((limit) => database.write(() => deleteExpired.run(at.getTime(), limit))),
  };
}

function readMail(row: SqlRow | undefined): MailRecord | null {
  if (row === undefined) return null;
  const [id, kind, userId, to, language, facts, attempts, createdAt, nextAt, expiresAt] = row;
  return {
    id: String(id),
    kind: String(kind) as MailKind,
    userId: textOrNull(userId),
    to: textOrNull(to),
    language: textOrNull(language),
    facts: JSON.parse(String(facts)) as MailRecord['facts'],
    attempts: Number(attempts),
    createdAt: moment(createdAt),
    nextAt: moment(nextAt),
    expiresAt: moment(expiresAt),
  };
}
