import { SERVICE_SCOPES } from '../../contracts/store/service-scopes.ts';
import type { ServiceRecord, ServiceStore } from '../../contracts/store/store.ts';
import type { SqlRow, SqliteDatabase } from './database.ts';
import { moment } from './rows.ts';

const COLUMNS = 'name, secret_hash, created_at, audience, scopes';

export function sqliteServices(database: SqliteDatabase): ServiceStore {
  const insert = database.prepare(`INSERT INTO services (${COLUMNS}) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`);
  const select = database.prepare(`SELECT ${COLUMNS} FROM services WHERE name = ?`);
  const selectAll = database.prepare(`SELECT ${COLUMNS} FROM services ORDER BY name`);
  const remove = database.prepare('DELETE FROM services WHERE name = ?');

  return {
    insert: ({ name, secretHash, createdAt, audience, scopes }) =>
      database.write(
        () => insert.run(name, secretHash, createdAt.getTime(), audience, scopes?.join(',') ?? null) === 1,
      ),
    find: async (name) => readService(select.get(name)),
    list: async () => selectAll.all().flatMap((row) => readService(row) ?? []),
    delete: (name) => database.write(() => remove.run(name) === 1),
  };
}

function readService(row: SqlRow | undefined): ServiceRecord | null {
  if (row === undefined) return null;
  const [name, secretHash, createdAt, audience, scopes] = row;
  return {
    name: String(name),
    secretHash: String(secretHash),
    createdAt: moment(createdAt),
    audience: audience === null ? null : String(audience),
    scopes: scopes === null ? null : readScopes(String(scopes)),
  };
}

function readScopes(text: string): NonNullable<ServiceRecord['scopes']> {
  const names = text.split(',');
  return SERVICE_SCOPES.filter((scope) => names.includes(scope));
}
