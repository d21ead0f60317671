import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import Database from 'libsql';
import { StoreUnavailable } from '../../src/contracts/errors.ts';
import { GroupCommit } from '../../src/stores/sqlite/database.ts';
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts';
import { newSession, NOW } from './records.ts';

describe('writes to SQLite', () => {
  let folder: string;
  let ours: Database.Database;
  let other: Database.Database;
  let transactions: number;
  let group: GroupCommit;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'simplejwt-'));
    const file = join(folder, 'store.sqlite');
    [ours, other] = [new Database(file), new Database(file)];
    ours.exec('PRAGMA journal_mode = WAL; CREATE TABLE numbers (number INTEGER PRIMARY KEY)');
    transactions = 0;
    group = new GroupCommit((work) => {
      transactions++;
      ours.transaction(work).immediate();
    });
  });
  afterEach(() => {
    ours.close();
    other.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const add = (number: number) => ours.prepare('INSERT INTO numbers VALUES (?)').run([number]).changes;
  /** What a process sees that the writer knows nothing of. */
  const written = () => other.prepare('SELECT number FROM numbers').pluck().all([]);

  test('of one turn of the event loop are one transaction, and there when each resolves', async () => {
    const seen = await Promise.all([1, 2, 3].map((number) => group.write(() => add(number)).then(() => written())));
    expect(seen).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(transactions).toBe(1);
    expect(await group.write(() => add(4))).toBe(1);
    expect(transactions).toBe(2);
  });

  test('are done in their order, and see those before them', async () => {
    const count = () => ours.prepare('SELECT number FROM numbers').all([]).length;
    const writes = [group.write(() => add(1)), group.write(count), group.write(() => add(2)), group.write(count)];
    expect(await Promise.all(writes)).toEqual([1, 1, 1, 2]);
  });

  test('that fail leave nothing behind, and fail for nobody else', async () => {
    const broken = (number: number) => () => {
      add(number);
      throw new Error(`broken ${number}`);
    };
    const works = [() => add(1), broken(2), () => add(3), broken(4), () => add(5)];
    const outcomes = await Promise.allSettled(works.map((work) => group.write<number>(work)));
    expect(outcomes).toEqual([
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason: new Error('broken 2') },
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason: new Error('broken 4') },
      { status: 'fulfilled', value: 1 },
    ]);
    expect(written()).toEqual([1, 3, 5]);
  });

  test('fail together where there can be no transaction, which is tried once for all of them', async () => {
    other.exec('BEGIN IMMEDIATE');
    const outcomes = await Promise.allSettled([1, 2, 3].map((number) => group.write(() => add(number))));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(transactions).toBe(1);
    other.exec('ROLLBACK');
    expect(await group.write(() => add(4))).toBe(1);
    expect(written()).toEqual([4]);
  });

  test('that wait when a store is closed are written before', async () => {
    const file = join(folder, 'closed.sqlite');
    const store = await openSqliteStore(file);
    const waiting = store.sessions.insert(newSession({ id: 'last' }));
    await store.close();
    expect(await waiting).toBe(true);
    const again = await openSqliteStore(file);
    expect(await again.sessions.find('last')).toMatchObject({ id: 'last' });
    await again.close();
  });

  test('wait for a lock of another process while others are served, and are refused after five seconds', async () => {
    const file = join(folder, 'locked.sqlite');
    const faults: unknown[] = [];
    const store = await openSqliteStore(file, { onFault: (fault) => faults.push(fault?.problem ?? 'none') });
    const holder = new Database(file);
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const real = performance.now.bind(performance);
    let later = 0;
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => real() + later);

    const began = real();
    holder.exec('BEGIN IMMEDIATE');
    const patient = store.sessions.insert(newSession({ id: 'patient' }));
    const removed = store.sessions.deleteExpired(NOW);
    await turn();
    expect(await store.sessions.find('patient')).toBeNull();
    expect(real() - began).toBeLessThan(4000);
    holder.exec('ROLLBACK');
    expect([await patient, await removed]).toEqual([true, 0]);
    expect(faults).toEqual([]);

    holder.exec('BEGIN IMMEDIATE');
    const refused = store.sessions.insert(newSession({ id: 'refused' }));
    await turn();
    later = 6000;
    const inTime = store.sessions.insert(newSession({ id: 'in time' }));
    await expect(refused).rejects.toThrow(StoreUnavailable);
    expect(faults).toEqual(['cannot be written']);
    holder.exec('ROLLBACK');
    expect(await inTime).toBe(true);
    expect(await store.sessions.find('refused')).toBeNull();
    expect(faults).toEqual(['cannot be written', 'none']);
    clock.mockRestore();
    holder.close();
    await store.close();
  });

  test('that wait for a lock when a store is closed are written where it is free in time', async () => {
    const file = join(folder, 'closing.sqlite');
    const store = await openSqliteStore(file);
    const holder = new Database(file);
    holder.exec('BEGIN IMMEDIATE');
    const waiting = store.sessions.insert(newSession({ id: 'last' }));
    await new Promise((resolve) => setImmediate(resolve));
    holder.exec('ROLLBACK');
    await store.close();
    expect(await waiting).toBe(true);
    holder.close();
  });
});
