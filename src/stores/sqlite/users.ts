import type { Insertion, UserRecord, UserStore } from '../../contracts/store/store.ts';
import type { SqliteDatabase } from './database.ts';
import { jsonOrNull, readUser, USER_COLUMNS } from './rows.ts';
import { sqliteUserSearch } from './user-search.ts';

/** No roles are none at all. */
const rolesOrNull = (roles: UserRecord['roles'] = []) => jsonOrNull(roles.length === 0 ? null : roles);

export function sqliteUsers(database: SqliteDatabase): UserStore {
  const { write } = database;
  const insert = database.prepare(
    `INSERT INTO users (${USER_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const byId = database.prepare(`SELECT ${USER_COLUMNS} FROM users WHERE id = ?`);
  const byKey = database.prepare(`SELECT ${USER_COLUMNS} FROM users WHERE username_key = ?`);
  const byEmail = database.prepare(`SELECT ${USER_COLUMNS} FROM users WHERE email_key = ?`);
  const page = database.prepare(
    `SELECT ${USER_COLUMNS} FROM users WHERE username_key > ? ORDER BY username_key LIMIT ?`,
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
  const replaceAddress = database.prepare(
    'UPDATE OR IGNORE users SET email = ?, email_key = ?, email_verified = ? WHERE id = ? AND email IS ?',
  );
  const remove = database.prepare('DELETE FROM users WHERE id = ?');
  const search = sqliteUserSearch(database);

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
      user.email ?? null,
      user.emailKey ?? null,
      user.emailVerified === undefined ? null : Number(user.emailVerified),
    );
    if (added === 1) return 'inserted';
    if (byKey.get(user.usernameKey) !== undefined) return 'username_taken';
    return byEmail.get(user.emailKey ?? null) === undefined ? 'id_taken' : 'email_taken';
  };

  return {
    insert: (user) => write(() => insertOne(user)),
    insertMany: (users) => write(() => users.map(insertOne)),
    findById: async (id) => readUser(byId.get(id)),
    findByUsernameKey: async (usernameKey) => readUser(byKey.get(usernameKey)),
    findByEmailKey: async (emailKey) => readUser(byEmail.get(emailKey)),
    list: async ({ after, limit, part }) => {
      const rows = part === undefined ? page.all(after ?? '', limit) : await search.list(part, after ?? '', limit);
      return rows.flatMap((row) => readUser(row) ?? []);
    },
    count: (part = '') => search.count(part),
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
    replaceAddress: (id, expected, { email, emailKey, emailVerified }) =>
      write(() => {
        const verified = emailVerified === null ? null : Number(emailVerified);
        if (replaceAddress.run(email, emailKey, verified, id, expected) === 1) return 'replaced';
        const holder = readUser(byEmail.get(emailKey));
        return holder === null || holder.id === id ? 'changed' : 'email_taken';
      }),
    delete: (id) => write(() => remove.run(id) === 1),
  };
}
