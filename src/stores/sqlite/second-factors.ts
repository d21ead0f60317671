import type { SecondFactorRecord, SecondFactorStore, TotpRecord } from '../../contracts/store/store.ts';
import type { SqlRow, SqliteDatabase } from './database.ts';

export function sqliteSecondFactors(database: SqliteDatabase): SecondFactorStore {
  const { write } = database;
  const select = database.prepare('SELECT user_id, version, factors FROM second_factors WHERE user_id = ?');
  const insert = database.prepare(
    'INSERT INTO second_factors (version, factors, user_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const update = database.prepare(
    'UPDATE second_factors SET version = ?, factors = ? WHERE user_id = ? AND version = ?',
  );
  const remove = database.prepare('DELETE FROM second_factors WHERE user_id = ?');

  return {
    find: async (userId) => readFactors(select.get(userId)),
    replace: (former, { userId, version, ...factors }) =>
      write(() => {
        const values = [version, JSON.stringify(factors), userId] as const;
        return (former === null ? insert.run(...values) : update.run(...values, former.version)) === 1;
      }),
    delete: (userId) => write(() => remove.run(userId) === 1),
  };
}

type Factors = Omit<SecondFactorRecord, 'userId' | 'version'>;

function readFactors(row: SqlRow | undefined): SecondFactorRecord | null {
  if (row === undefined) return null;
  const [userId, version, text] = row;
  const { totp, pending, recoveryHashes } = JSON.parse(String(text)) as Factors; // but for their moments, which are texts
  return {
    userId: String(userId),
    version: Number(version),
    totp: totp && withMoment(totp),
    pending: pending && withMoment(pending),
    recoveryHashes,
  };
}

const withMoment = <Some extends Pick<TotpRecord, 'createdAt'>>(app: Some): Some => ({
  ...app,
  createdAt: new Date(app.createdAt),
});
