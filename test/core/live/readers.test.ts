import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { Overloaded, SessionRevoked, StoreUnavailable } from '../../../src/contracts/errors.ts';
import { EventQueue } from '../../../src/core/live/event-queue.ts';
import { replayOf, type SessionEvent } from '../../../src/core/live/session-event.ts';
import { SessionFeed } from '../../../src/core/live/session-feed.ts';
import { untilEnded } from '../../../src/core/live/until-ended.ts';
import { newReplay, newSession } from '../../stores/records.ts';

describe('readers of events', () => {
  async function turns(): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) await nextTurn();
  }
  /** What a reader is told, as it comes. */
  function idsFrom(reader: AsyncIterable<SessionEvent>): readonly string[] {
    const ids: string[] = [];
    void (async () => {
      for await (const { id } of reader) ids.push(id);
    })();
    return ids;
  }

  test('have a thousand events kept for them, and end with more', async () => {
    let closings = 0;
    const queueOf = (length: number) => {
      const queue = new EventQueue<number>(() => (closings += 1));
      for (let value = 0; value < length; value += 1) queue.push(value);
      return queue;
    };
    const full = queueOf(1000);
    expect([closings, await full.next()]).toEqual([0, { done: false, value: 0 }]);
    await full.return();
    await full.return();
    expect(closings).toBe(1);
    expect(await full.next()).toEqual({ done: true, value: undefined });
    const over = queueOf(1002);
    await expect(over.next()).rejects.toBeInstanceOf(Overloaded);
    expect(closings).toBe(2);
  });

  test('are told nothing from before the moment that is asked for', async () => {
    const feed = new SessionFeed();
    const session = newSession({ userId: 'alice' });
    const known = (id: string, at: number): SessionEvent => ({
      id,
      kind: 'began',
      at: new Date(at),
      reason: null,
      session,
    });
    feed.read('alice', 0);
    feed.learn([known('old', 10), known('new', 20)], 20);
    const told = idsFrom(feed.read('alice', 0));
    await turns();
    expect(told).toEqual(['new']);
  });

  test('hear of a report that ended its session as of that end alone', () => {
    const replay = newReplay();
    const at = replay.reported?.at.getTime() ?? 0;
    const endings = [null, new Date(at), new Date(at + 1)];
    const told = endings.map((revokedAt) => replayOf(newSession({ replay, revokedAt })).length);
    expect(told).toEqual([1, 0, 1]);
  });

  test('close their source once, and hear what ended it first', async () => {
    let closings = 0;
    let end = (_error: unknown) => {};
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => {}),
        return: async () => {
          closings += 1;
          return { done: true as const, value: undefined };
        },
      }),
    };
    const values = untilEnded(source, async (ended) => {
      end = ended;
      return () => {};
    });
    values.next().catch(() => {});
    await turns();
    end(new SessionRevoked());
    end(new StoreUnavailable(new Error('later')));
    await values.return?.();
    expect(closings).toBe(1);
    expect(await values.next()).toEqual({ done: true, value: undefined });
  });

  test('who stay are told each event once, when another leaves', async () => {
    const feed = new SessionFeed();
    const session = newSession({ userId: 'alice' });
    const event: SessionEvent = { id: 'x', kind: 'began', at: new Date(), reason: null, session };
    const stays = feed.read('alice', 0);
    const leaving = [feed.read('alice', 0), feed.read('bob', 0)];
    feed.learn([event], 0);
    for (const reader of leaving) await reader.return?.();
    feed.learn([event, { ...event, id: 'y' }], 0);
    const told = idsFrom(stays);
    await turns();
    expect(told).toEqual(['x', 'y']);
    await stays.return?.();
    expect(feed.isRead).toBe(false);
  });
});
