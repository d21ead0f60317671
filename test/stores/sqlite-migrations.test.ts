import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import Database from 'libsql';
import { MIGRATIONS } from '../../src/stores/sqlite/migrations.ts';
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts';
import { after, newEntry, newService, newSession, newUser, NOW } from './records.ts';

/** A file as the program wrote it when its version was 1, with a row in each table. */
const VERSION_1 = `
  CREATE TABLE users (
    id TEXT PRIMARY KEY,
    username TEXT NOT NULL,
    username_key TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    password_changed_at INTEGER NOT NULL,
    is_active INTEGER NOT NULL,
    last_login INTEGER,
    created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    jti TEXT NOT NULL,
    previous_jti TEXT,
    rotated_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    user_agent TEXT,
    ip_address TEXT,
    revoked_at INTEGER,
    revoked_reason TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessions_of_user ON sessions (user_id, created_at);
  CREATE INDEX sessions_by_expiry ON sessions (expires_at);
  CREATE TABLE blacklist (
    jti TEXT PRIMARY KEY,
    expires_at INTEGER NOT NULL,
    blacklisted_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX blacklist_by_expiry ON blacklist (expires_at);
  INSERT INTO users VALUES ('u', 'Alice', 'alice', 'hash', 1, 1, NULL, 2);
  INSERT INTO sessions VALUES ('s', 'u', 'j2', 'j1', 1, 2, 3, 4, 5, 'agent', NULL, 6, 'revoked');
  INSERT INTO blacklist VALUES ('j', 1, 2);
  PRAGMA user_version = 1;
`;

describe('a SQLite file of an older version', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'simplejwt-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const at = (milliseconds: number) => new Date(milliseconds);
  const oldFile = () => {
    const file = join(folder, 'old.sqlite');
    const database = new Database(file);
    database.exec(VERSION_1);
    database.close();
    return file;
  };
  const schemaOf = (file: string) => {
    const database = new Database(file);
    const schema: unknown = database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all();
    const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
    database.close();
    return { schema, version };
  };

  test('is brought up to date when it is opened, and keeps its rows', async () => {
    const store = await openSqliteStore(oldFile());
    const dates = { passwordChangedAt: at(1), lastLogin: null, createdAt: at(2) };
    const names = { id: 'u', username: 'Alice', usernameKey: 'alice', passwordHash: 'hash' };
    const alice = { ...names, isActive: true, isAdmin: false, ...dates };
    expect(await store.users.list({ after: null, limit: 9 })).toEqual([alice]);
    const session = await store.sessions.find('s');
    const moments = { rotatedAt: at(1), createdAt: at(2), lastUsedAt: at(3), expiresAt: at(4), endsAt: at(5) };
    const ids = { id: 's', userId: 'u', jti: 'j2', previousJti: 'j1', userAgent: 'agent', ipAddress: null };
    expect(session).toEqual({ ...ids, ...moments, revokedAt: at(6), revokedReason: 'revoked' });
    expect(await store.sessions.listRevoked({ at: at(6), name: '' }, 9)).toEqual([session]);
    const entry = { jti: 'j', expiresAt: at(1), blacklistedAt: at(2) };
    expect(await store.blacklist.list({ at: at(0), name: '' }, 9)).toEqual([entry]);

    const service = newService();
    expect(await store.services.insert(service)).toBe(true);
    expect(await store.users.insert(newUser())).toBe('inserted');
    expect(await store.sessions.insert(newSession({ revokedAt: after(1), revokedReason: 'limit' }))).toBe(true);
    expect(await store.blacklist.add(newEntry({ blacklistedAt: NOW }))).toBe(true);
    await store.close();
    const again = await openSqliteStore(join(folder, 'old.sqlite'));
    expect(await again.services.list()).toEqual([service]);
    await again.close();
  });

  test('is then as a new one', async () => {
    const [old, fresh] = [oldFile(), join(folder, 'new.sqlite')];
    expect(schemaOf(old)).toMatchObject({ version: 1 });
    for (const file of [old, fresh]) await (await openSqliteStore(file)).close();
    expect(schemaOf(old)).toEqual(schemaOf(fresh));
    expect(schemaOf(old)).toMatchObject({ version: MIGRATIONS.length });
  });

  test('stays as it was if that fails half-way', async () => {
    const file = oldFile();
    const database = new Database(file);
    database.exec('CREATE TABLE blacklist_by_time (id TEXT)'); // has the name of an index to come
    database.close();
    const before = schemaOf(file);
    await expect(openSqliteStore(file)).rejects.toHaveProperty('cause.message', expect.stringMatching(/already/));
    expect(schemaOf(file)).toEqual(before);
  });

  test('finds what was revoked by its indexes', async () => {
    const file = join(folder, 'new.sqlite');
    await (await openSqliteStore(file)).close();
    const database = new Database(file);
    const planOf = (sql: string) => JSON.stringify(database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all());
    const sessions = planOf(
      'SELECT * FROM sessions WHERE revoked_at >= 1 AND (revoked_at > 1 OR id > 2) ORDER BY revoked_at, id LIMIT 9',
    );
    const entries = planOf(
      'SELECT * FROM blacklist WHERE blacklisted_at >= 1 AND (blacklisted_at > 1 OR jti > 2) ORDER BY blacklisted_at, jti LIMIT 9',
    );
    database.close();
    expect(sessions).toMatch('USING INDEX sessions_by_revocation (revoked_at>?)');
    expect(entries).toMatch(/USING (COVERING )?INDEX blacklist_by_time \(blacklisted_at>\?\)/);
    expect(sessions + entries).not.toMatch('TEMP B-TREE');
  });
});
