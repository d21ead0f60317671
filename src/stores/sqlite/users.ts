import type { Insertion, UserRecord, UserStore } from '../../contracts/store/store.ts';
import { AFTER_ALL_KEYS } from '../../contracts/username-key.ts';
import type { SqliteDatabase } from './database.ts';
import { jsonOrNull, readUser, USER_COLUMNS } from './rows.ts';

/** No roles are none at all. */
const rolesOrNull = (roles: UserRecord['roles'] = []) => jsonOrNull(roles.length === 0 ? null : roles);

export function sqliteUsers(database: SqliteDatabase): UserStore {
  const { write } = database;
  const insert = database.prepare(
    `INSERT INTO users (${USER_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const byId = database.prepare(`SELECT ${USER_COLUMNS} FROM users WHERE id = ?`);
  const byKey = database.prepare(`SELECT ${USER_COLUMNS} FROM users WHERE username_key = ?`);
  const page = database.prepare(
    `SELECT ${USER_COLUMNS} FROM users WHERE username_key > ? ORDER BY username_key LIMIT ?`,
  );
  const pageOf = database.prepare(
    `SELECT ${USER_COLUMNS} FROM users WHERE username_key > ? AND username_key >= ? AND username_key < ?
     ORDER BY username_key LIMIT ?`,
  );
  const update = database.prepare(
    `UPDATE users SET password_hash = coalesce(?, password_hash),
       password_changed_at = coalesce(?, password_changed_at), is_active = coalesce(?, is_active),
       is_admin = coalesce(?, is_admin), last_login = iif(?, ?, last_login),
       former_hash_claim = iif(?, ?, former_hash_claim), sessionless_after = iif(?, ?, sessionless_after),
       roles = iif(?, ?, roles)
     WHERE id = ? RETURNING ${USER_COLUMNS}`,
  );
  const replaceHash = database.prepare(
    `UPDATE users SET password_hash = ?, password_changed_at = coalesce(?, password_changed_at),
       former_hash_claim = iif(?, ?, former_hash_claim)
     WHERE id = ? AND password_hash = ?`,
  );
  const remove = database.prepare('DELETE FROM users WHERE id = ?');

  const insertOne = (user: UserRecord): Insertion => {
    const added = insert.run(
      user.id,
      user.username,
      user.usernameKey,
      user.passwordHash,
      user.passwordChangedAt.getTime(),
      Number(user.isActive),
      Number(user.isAdmin),
      user.lastLogin?.getTime() ?? null,
      user.createdAt.getTime(),
      user.formerHashClaim ?? null,
      user.sessionlessAfter?.getTime() ?? null,
      rolesOrNull(user.roles),
    );
    if (added === 1) return 'inserted';
    return byKey.get(user.usernameKey) === undefined ? 'id_taken' : 'username_taken';
  };

  return {
    insert: (user) => write(() => insertOne(user)),
    insertMany: (users) => write(() => users.map(insertOne)),
    findById: async (id) => readUser(byId.get(id)),
    findByUsernameKey: async (usernameKey) => readUser(byKey.get(usernameKey)),
    list: async ({ after, limit, prefix = '' }) => {
      const start = after ?? '';
      const rows = prefix === '' ? page.all(start, limit) : pageOf.all(start, prefix, prefix + AFTER_ALL_KEYS, limit);
      return rows.flatMap((row) => readUser(row) ?? []);
    },
    update: (id, { passwordHash, passwordChangedAt, isActive, isAdmin, lastLogin, ...more }) =>
      write(() =>
        readUser(
          update.get(
            passwordHash ?? null,
            passwordChangedAt?.getTime() ?? null,
            isActive === undefined ? null : Number(isActive),
            isAdmin === undefined ? null : Number(isAdmin),
            Number(lastLogin !== undefined),
            lastLogin?.getTime() ?? null,
            Number(more.formerHashClaim !== undefined),
            more.formerHashClaim ?? null,
            Number(more.sessionlessAfter !== undefined),
            more.sessionlessAfter?.getTime() ?? null,
            Number(more.roles !== undefined),
            rolesOrNull(more.roles),
            id,
          ),
        ),
      ),
    replacePasswordHash: (id, expected, passwordHash, { passwordChangedAt, formerHashClaim } = {}) =>
      write(() => {
        const claim = [Number(formerHashClaim !== undefined), formerHashClaim ?? null] as const;
        return replaceHash.run(passwordHash, passwordChangedAt?.getTime() ?? null, ...claim, id, expected) === 1;
      }),
    delete: (id) => write(() => remove.run(id) === 1),
  };
}
