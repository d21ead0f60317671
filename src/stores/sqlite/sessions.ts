import { nextTick } from 'node:process'; // the real one, also where tests of an application have replaced the global
import { LRUCache } from 'lru-cache';
import type { SessionRecord, SessionStore, Successor } from '../../contracts/store/store.ts';
import { removeInSlices } from '../slices.ts';
import type { SqliteDatabase, SqlRow, SqlValue } from './database.ts';
import { jsonOrNull, readSession, readUser, SESSION_COLUMNS, USER_COLUMNS } from './rows.ts';

const WIDTH = SESSION_COLUMNS.split(',').length;

const columnsOf = (table: string, columns: string) => columns.replaceAll(/\w+/g, `${table}.$&`);

/** Sessions from a position on, in the order of a moment. */
const selectLater = (moment: string, condition = ''): string =>
  `SELECT ${SESSION_COLUMNS} FROM sessions WHERE ${condition}${moment} >= ?1 AND (${moment} > ?1 OR id > ?2)
   ORDER BY ${moment}, id LIMIT ?3`;

export function sqliteSessions(database: SqliteDatabase): SessionStore {
  const { write } = database;
  const known = new KnownRows(() => database.version());
  database.beforeWrites((id) => known.forget(id));
  const change = (id: string, work: () => number) => write(() => work() === 1, id);
  const insert = database.prepare(
    `INSERT INTO sessions (${SESSION_COLUMNS}) VALUES (${Array(WIDTH).fill('?').join(', ')}) ON CONFLICT DO NOTHING`,
  );
  const select = database.prepare(`SELECT ${SESSION_COLUMNS} FROM sessions WHERE id = ?`);
  const selectWithUser = database.prepare(
    `SELECT ${columnsOf('session', SESSION_COLUMNS)}, ${columnsOf('user', USER_COLUMNS)} FROM (SELECT 1) AS one
     LEFT JOIN sessions AS session ON session.id = ?1 LEFT JOIN users AS user ON user.id = ?2`,
  );
  const selectLive = database.prepare(
    `SELECT ${SESSION_COLUMNS} FROM sessions WHERE user_id = ? AND revoked_at IS NULL AND expires_at > ?
     ORDER BY created_at DESC, id DESC`,
  );
  const rotate = database.prepare(
    `UPDATE sessions SET jti = ?, previous_jti = jti, rotated_at = ?, rotated_by = ?, last_used_at = ?, expires_at = ?
     WHERE id = ? AND jti = ? AND revoked_at IS NULL`,
  );
  const noteReplay = database.prepare(
    `UPDATE sessions SET replay = ? WHERE id = ? AND jti = ? AND revoked_at IS NULL
     AND ifnull(json_extract(replay, '$.version'), 0) = ?`,
  );
  const replaceCurrent = database.prepare(
    `UPDATE sessions SET jti = ?, rotated_at = ?, rotated_by = ?, last_used_at = ?, expires_at = ?
     WHERE id = ? AND revoked_at IS NULL`,
  );
  const touch = database.prepare('UPDATE sessions SET last_used_at = ? WHERE id = ? AND revoked_at IS NULL');
  const revoke = database.prepare(
    'UPDATE sessions SET revoked_at = ?, revoked_reason = ? WHERE id = ? AND revoked_at IS NULL',
  );
  const revokeAll = database.prepare(
    'UPDATE sessions SET revoked_at = ?, revoked_reason = ? WHERE user_id = ? AND revoked_at IS NULL AND id <> ?',
  );
  const revokeOldest = database.prepare(
    `UPDATE sessions SET revoked_at = ?1, revoked_reason = ?2 WHERE id IN (
       SELECT id FROM sessions WHERE user_id = ?3 AND revoked_at IS NULL AND expires_at > ?1
       ORDER BY created_at DESC, id DESC LIMIT -1 OFFSET ?4)`,
  );
  const selectAll = database.prepare(
    `SELECT ${SESSION_COLUMNS} FROM sessions WHERE user_id = ? ORDER BY created_at DESC, id DESC`,
  );
  const rename = database.prepare('UPDATE sessions SET device_name = ? WHERE id = ? AND revoked_at IS NULL');
  const reauthenticate = database.prepare('UPDATE sessions SET authentication = ? WHERE id = ? AND revoked_at IS NULL');
  const anonymize = database.prepare(
    `UPDATE sessions SET user_agent = NULL, ip_address = NULL, rotated_by = NULL, replay = NULL, device_name = NULL
     WHERE user_id = ?`,
  );
  const selectRevoked = database.prepare(selectLater('revoked_at'));
  const selectBegun = database.prepare(selectLater('created_at'));
  const selectReplayed = database.prepare(
    selectLater(`json_extract(replay, '$.reported.at')`, 'replay IS NOT NULL AND '),
  );
  const deleteExpired = database.prepare(
    'DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)',
  );

  return {
    insert: (session) => write(() => insert.run(...values(session)) === 1),
    find: async (id) => readSession(select.get(id)),
    findWithUser: async (id, userId) => {
      const row = known.find(id, userId, () => selectWithUser.get(id, userId));
      return { session: readSession(row), user: readUser(row.slice(WIDTH)) };
    },
    listLive: async (userId, at) => listed(selectLive.all(userId, at.getTime())),
    rotate: (id, presentedJti, successor) => change(id, () => rotate.run(...changes(successor), id, presentedJti)),
    noteReplay: (id, former, next) =>
      change(id, () => noteReplay.run(jsonOrNull(next), id, next.jti, former?.version ?? 0)),
    replaceCurrent: (id, successor) => change(id, () => replaceCurrent.run(...changes(successor), id)),
    touch: (id, at) => change(id, () => touch.run(at.getTime(), id)),
    revoke: (id, { at, reason }) => change(id, () => revoke.run(at.getTime(), reason, id)),
    revokeAll: (userId, { at, reason }, exceptId = '') =>
      write(() => revokeAll.run(at.getTime(), reason, userId, exceptId)),
    revokeOldest: (userId, keep, { at, reason }) => write(() => revokeOldest.run(at.getTime(), reason, userId, keep)),
    listAll: async (userId) => selectAll.all(userId).flatMap((row) => readSession(row) ?? []),
    rename: (id, deviceName) => change(id, () => rename.run(deviceName, id)),
    reauthenticate: (id, authentication) => change(id, () => reauthenticate.run(jsonOrNull(authentication), id)),
    anonymize: (userId) => write(() => void anonymize.run(userId)),
    listRevoked: async ({ at, name }, limit) => listed(selectRevoked.all(at.getTime(), name, limit)),
    listBegun: async ({ at, name }, limit) => listed(selectBegun.all(at.getTime(), name, limit)),
    listReplayed: async ({ at, name }, limit) => listed(selectReplayed.all(at.toISOString(), name, limit)),
    deleteExpired: (at) => removeInSlices((limit) => database.write(() => deleteExpired.run(at.getTime(), limit))),
  };
}

const listed = (rows: readonly SqlRow[]): SessionRecord[] => rows.flatMap((row) => readSession(row) ?? []);

function changes({ jti, rotatedAt, rotatedBy, lastUsedAt, expiresAt }: Successor): SqlValue[] {
  return [jti, rotatedAt.getTime(), jsonOrNull(rotatedBy), lastUsedAt.getTime(), expiresAt.getTime()];
}

function values(session: SessionRecord): SqlValue[] {
  return [
    session.id,
    session.userId,
    session.jti,
    session.previousJti,
    session.rotatedAt.getTime(),
    session.createdAt.getTime(),
    session.lastUsedAt.getTime(),
    session.expiresAt.getTime(),
    session.endsAt.getTime(),
    session.userAgent,
    session.ipAddress,
    session.revokedAt?.getTime() ?? null,
    session.revokedReason,
    jsonOrNull(session.rotatedBy),
    jsonOrNull(session.replay),
    session.deviceName ?? null,
    jsonOrNull(session.authentication ?? null),
  ];
}

/** Some 2 MB. */
const MAX_ROWS = 2000;

/**
 * The sessions that were read last, each with the account it was asked for together with. They are good for as long as nobody
 * writes to the file. What this process writes is forgotten as it is written; that others have written, SQLite tells
 * (`PRAGMA data_version`), and it is asked anew after every wait for events, so that a question sees all that was written before it came.
 */
class KnownRows {
  readonly #rows = new LRUCache<string, { readonly userId: string; readonly row: SqlRow }>({ max: MAX_ROWS });
  readonly #version: () => SqlValue | undefined;
  #last: SqlValue | undefined;
  #isCurrent = false;

  /** @param version another value after each commit of another connection */
  constructor(version: () => SqlValue | undefined) {
    this.#version = version;
  }

  /** The row of a session and an account: as it is known, or as it is read now. */
  find(sessionId: string, userId: string, read: () => SqlRow | undefined): SqlRow {
    this.#forgetIfOthersWrote();
    const known = this.#rows.get(sessionId);
    if (known?.userId === userId) return known.row;
    const row = read() ?? [];
    this.#rows.set(sessionId, { userId, row });
    return row;
  }

  /** A session, or all that is known. */
  forget(sessionId?: string): void {
    if (sessionId === undefined) this.#rows.clear();
    else this.#rows.delete(sessionId);
  }

  /** Once until the promises that are settled by now are dealt with: no further request is received before. */
  #forgetIfOthersWrote(): void {
    if (this.#isCurrent) return;
    const version = this.#version();
    if (version !== this.#last) this.#rows.clear();
    this.#last = version;
    this.#isCurrent = true;
    nextTick(() => (this.#isCurrent = false));
  }
}
