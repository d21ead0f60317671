import type { ActivityRecord, ActivityStore } from '../../contracts/store/store.ts';
import type { SqlRow, SqliteDatabase } from './database.ts';
import { moment } from './rows.ts';

const COLUMNS = 'hour, sign_ins, refusals, refreshes, reuses, expires_at';

export function sqliteActivity(database: SqliteDatabase): ActivityStore {
  const add = database.prepare(
    `INSERT INTO activity (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (hour) DO UPDATE SET
       sign_ins = sign_ins + excluded.sign_ins, refusals = refusals + excluded.refusals,
       refreshes = refreshes + excluded.refreshes, reuses = reuses + excluded.reuses`,
  );
  const select = database.prepare(`SELECT ${COLUMNS} FROM activity WHERE hour >= ? ORDER BY hour`);
  const deleteExpired = database.prepare('DELETE FROM activity WHERE expires_at <= ?');

  return {
    add: ({ hour, signIns, refusals, refreshes, reuses, expiresAt }) =>
      database.write(() => {
        add.run(hour.getTime(), signIns, refusals, refreshes, reuses, expiresAt.getTime());
      }),
    list: async (from) => select.all(from.getTime()).map(readActivity),
    deleteExpired: (at) => database.write(() => deleteExpired.run(at.getTime())),
  };
}

function readActivity([hour, signIns, refusals, refreshes, reuses, expiresAt]: SqlRow): ActivityRecord {
  return {
    hour: moment(hour),
    signIns: Number(signIns),
    refusals: Number(refusals),
    refreshes: Number(refreshes),
    reuses: Number(reuses),
    expiresAt: moment(expiresAt),
  };
}
