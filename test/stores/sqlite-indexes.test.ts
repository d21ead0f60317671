import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import Database from 'libsql';
import type { Store } from '../../src/contracts/store/store.ts';
import { newPlace, type Place } from '../support/stores.ts';
import { METHODS } from './methods.ts';
import { openAt } from './records.ts';

/** Statements that read all there is, on purpose: of services there are a few, of activity 720 hours, and a ping asks for something small. */
const READ_ALL = [
  'SELECT name, secret_hash, created_at, audience, scopes FROM services ORDER BY name',
  'DELETE FROM activity WHERE expires_at <= ?',
  'SELECT count(*) FROM outbox', // what is there is to be sent within minutes
  'sqlite_schema',
];
const INDEXES = [
  'sessions_of_user',
  'sessions_by_expiry',
  'sessions_by_revocation',
  'sessions_by_beginning',
  'sessions_by_report',
  'blacklist_by_expiry',
  'blacklist_by_time',
  'attempts_by_expiry',
  'brief_attempts_by_expiry',
  'users_by_email',
  'links_of_user',
  'links_by_expiry',
  'outbox_of_user',
  'outbox_by_time',
  'outbox_by_expiry',
  'account_events_of_user',
  'account_events_by_expiry',
  'proofs_by_expiry',
];

describe('the SQLite store', () => {
  let place: Place;
  let store: Store;
  /** The connection of the store, on which alone its temporary table is to be seen. */
  let database: Database.Database;
  /** Whatever it had prepared once every method was called. */
  let statements: string[];
  beforeEach(async () => {
    place = newPlace('sqlite');
    const prepare = jest.spyOn(Database.prototype, 'prepare');
    store = await openAt(place);
    for (const [, , call] of METHODS) await call(store);
    statements = prepare.mock.calls
      .map(([sql]) => sql)
      .filter((sql) => /^\s*(SELECT|INSERT|UPDATE|DELETE)/.test(sql) && !READ_ALL.some((all) => sql.includes(all)));
    database = prepare.mock.contexts[0] as Database.Database;
    prepare.mockRestore();
  });
  afterEach(async () => {
    await store.close();
    await place.remove();
  });

  /** The statements that SQLite would answer by reading a whole table, or by sorting what it read, with how it says so. */
  const wasteful = () =>
    statements.flatMap((sql) => {
      const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { readonly detail: string }[];
      const details = plan.map(({ detail }) => detail);
      const isBad = details.some((detail) => /\bSCAN (?!CONSTANT ROW|one$)|TEMP B-TREE/.test(detail));
      const isFound =
        details.some((detail) => /^SEARCH \w+ USING /.test(detail)) || sql.trimStart().startsWith('INSERT');
      return isBad || !isFound ? [`${sql}: ${details.join('; ')}`] : [];
    });

  test('finds what each of its statements is about by an index', () => {
    expect(statements.length).toBeGreaterThan(30);
    expect(wasteful()).toEqual([]);
  });

  test.each(INDEXES)('needs its index %s', (index) => {
    database.exec(`DROP INDEX ${index}`);
    const table = /^[a-z]+/.exec(index)?.[0] ?? '';
    expect(wasteful().join('\n')).toMatch(new RegExp(`SCAN ${table}|TEMP B-TREE`));
  });

  test('has the indexes that this suite knows', () => {
    const made = "SELECT name FROM %s WHERE type = 'index' AND sql IS NOT NULL";
    const names = ['sqlite_schema', 'temp.sqlite_schema'].flatMap(
      (schema) => database.prepare(made.replace('%s', schema)).all() as { readonly name: string }[],
    );
    expect(names.map(({ name }) => name).toSorted()).toEqual(INDEXES.toSorted());
  });
});
