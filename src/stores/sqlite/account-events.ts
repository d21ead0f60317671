import type { AccountEventRecord, AccountEventStore } from '../../contracts/store/store.ts';
import { removeInSlices } from '../slices.ts';
import type { SqlRow, SqliteDatabase } from './database.ts';
import { moment, textOrNull } from './rows.ts';

const COLUMNS = 'id, user_id, event, at, user_agent, ip_address, expires_at, actor_id';

export function sqliteAccountEvents(database: SqliteDatabase): AccountEventStore {
  const insert = database.prepare(`INSERT INTO account_events (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  const select = database.prepare(
    `SELECT ${COLUMNS} FROM account_events WHERE user_id = ? ORDER BY at DESC, id DESC LIMIT ?`,
  );
  const selectAll = database.prepare(
    `SELECT ${COLUMNS} FROM account_events WHERE (expires_at, id) < (?, ?) ORDER BY expires_at DESC, id DESC LIMIT ?`,
  );
  const trim = database.prepare(
    `DELETE FROM account_events WHERE id IN
       (SELECT id FROM account_events WHERE user_id = ? ORDER BY at DESC, id DESC LIMIT -1 OFFSET ?)`,
  );
  const removeOfUser = database.prepare('DELETE FROM account_events WHERE user_id = ?');
  const deleteExpired = database.prepare(
    `DELETE FROM account_events WHERE id IN
       (SELECT id FROM account_events WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`,
  );

  return {
    add: ({ id, userId, event, at, userAgent, ipAddress, expiresAt, actorId = null }, keep) =>
      database.write(() => {
        insert.run(id, userId, event, at.getTime(), userAgent, ipAddress, expiresAt.getTime(), actorId);
        trim.run(userId, keep);
      }),
    list: async (userId, limit) => select.all(userId, limit).map(readEvent),
    listAll: async (before, limit) =>
      selectAll.all(before?.at.getTime() ?? Number.MAX_SAFE_INTEGER, before?.name ?? '', limit).map(readEvent),
    deleteOfUser: (userId) => database.write(() => removeOfUser.run(userId)),
    deleteExpired: (at) => removeInSlices((limit) => database.write(() => deleteExpired.run(at.getTime(), limit))),
  };
}

function readEvent([id, userId, event, at, userAgent, ipAddress, expiresAt, actorId]: SqlRow): AccountEventRecord {
  return {
    id: String(id),
    userId: String(userId),
    event: String(event),
    at: moment(at),
    userAgent: textOrNull(userAgent),
    ipAddress: textOrNull(ipAddress),
    expiresAt: moment(expiresAt),
    ...(actorId !== null && actorId !== undefined && { actorId: String(actorId) }),
  };
}
