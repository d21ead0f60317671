import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { StoreUnavailable } from '../../../src/contracts/errors.ts';
import { createEvents, on } from '../../../src/contracts/events.ts';
import type { Store } from '../../../src/contracts/store/store.ts';
import { Mailer, type SendMail } from '../../../src/core/mail/mailer.ts';
import { openSqliteStore } from '../../../src/stores/sqlite/sqlite-store.ts';
import { newPlace, type Place } from '../../support/stores.ts';

describe('a mailer', () => {
  let place: Place;
  let store: Store;
  let sends: () => Promise<void>;
  let steps: string[];
  let mailer: Mailer;
  beforeEach(async () => {
    place = newPlace('sqlite');
    store = await openSqliteStore(join(place.options.dataDir, 'mail.sqlite'));
    jest.useFakeTimers({ now: 1_800_000_000_000, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    steps = [];
    sends = async () => {};
    mailer = mailerOf(() => sends());
  });
  afterEach(async () => {
    await mailer.close();
    jest.useRealTimers();
    await store.close();
    await place.remove();
  });
  const DRAFT = { kind: 'invitation', userId: null, lifetime: 3600 } as const;
  const mailerOf = (send: SendMail | null, outbox: Partial<Store['outbox']> = {}) =>
    new Mailer({
      store: { ...store, outbox: { ...store.outbox, ...outbox } },
      clock: () => Date.now(),
      events: createEvents(
        [on(['mail_stepped', 'outbox_counted'], (event) => steps.push('step' in event ? event.step : event.kind))],
        () => {},
      ),
      letters: { write: async () => ({}) } as never,
      send,
    });
  async function pass(milliseconds: number): Promise<void> {
    await jest.advanceTimersByTimeAsync(milliseconds);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  test('that was started sends its own mails within two seconds, and those of others within five', async () => {
    mailer.start();
    for (const time of ['first', 'second']) {
      steps.length = 0;
      await mailer.add(DRAFT);
      await pass(999);
      expect([time, ...steps]).toEqual([time, 'queued']);
      await pass(1001);
      expect(steps).toEqual(['queued', 'sent', 'outbox_counted']);
    }
    await mailerOf(null).add(DRAFT);
    await pass(1000);
    expect(steps.slice(3)).toEqual(['queued', 'sent', 'outbox_counted']);
  });

  test('that cannot send, was not started or is closed leaves the outbox alone', async () => {
    const closed = mailerOf(async () => {});
    await closed.close();
    for (const other of [mailerOf(null), closed]) {
      other.start();
      await other.add(DRAFT);
    }
    await mailer.add(DRAFT);
    await pass(10_000);
    expect(steps).toEqual(['queued', 'queued', 'queued']);
  });

  test('waits for the mail that it is sending when it is closed', async () => {
    let taken = () => {};
    sends = () => new Promise((resolve) => (taken = resolve));
    await mailer.add(DRAFT);
    void mailer.deliver();
    await pass(10);
    let isClosed = false;
    const closing = mailer.close().then(() => (isClosed = true));
    await pass(10);
    expect(isClosed).toBe(false);
    taken();
    await closing;
    expect(steps).toEqual(['queued', 'sent']);
  });

  test('puts off a mail that nobody takes within a minute, and sends the next', async () => {
    let asked = 0;
    sends = () => {
      asked += 1;
      return asked === 1 ? new Promise(() => {}) : Promise.resolve();
    };
    await mailer.add(DRAFT);
    await mailer.add(DRAFT);
    void mailer.deliver();
    await pass(0);
    await pass(59_000);
    expect(asked).toBe(1);
    await pass(1000);
    expect(steps).toEqual(['queued', 'queued', 'deferred', 'sent', 'outbox_counted']);
  });

  test('waits an hour at most before it tries again', async () => {
    const waits: number[] = [];
    const busy = mailerOf(() => Promise.reject(new Error('busy')), {
      take: async (...given) => {
        const record = await store.outbox.take(...given);
        return record && { ...record, attempts: 20 };
      },
      putOff: async (_id, _attempts, nextAt) => waits.push(nextAt.getTime() - Date.now()) > 0,
    });
    await busy.add({ ...DRAFT, lifetime: 100_000 });
    await busy.deliver();
    expect(waits).toEqual([3_600_000]);
  });

  test('says that the store fails, whatever it was doing', async () => {
    const failure = new StoreUnavailable(new Error('a full disk'));
    const fails = () => Promise.reject(failure);
    await mailer.add(DRAFT);
    await expect(mailerOf(() => Promise.reject(new Error('busy')), { putOff: fails }).deliver()).rejects.toBe(failure);
    await mailer.add(DRAFT);
    await expect(mailerOf(async () => {}, { delete: fails }).deliver()).rejects.toBe(failure);
    expect(steps).toEqual(['queued', 'queued']);
  });
});
