import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import { Child } from '../../../src/server/workers/child.ts';
import { Restarts } from '../../../src/server/workers/restarts.ts';
import { Slot } from '../../../src/server/workers/slot.ts';
import { FakeChild, REPORT, settle } from './fake-child.ts';

const LEAVE_LIMIT = 1000;
const STEADY = 10_000;

describe('the slot of a worker', () => {
  let children: FakeChild[];
  let slot: Slot;
  let lines: Record<string, unknown>[];
  let mayRestart: jest.Mock<() => boolean>;
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    children = [];
    lines = [];
    mayRestart = jest.fn(() => true);
    slot = new Slot({
      fork: () => {
        const child = new FakeChild();
        child.process.pid = children.push(child);
        return new Child(child);
      },
      log: pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) }),
      restarts: new Restarts(),
      leaveLimit: LEAVE_LIMIT,
      mayRestart,
    });
  });
  afterEach(() => {
    jest.useRealTimers();
  });
  const fill = async () => {
    const filled = slot.fill();
    await children.at(-1)?.says(REPORT);
    return filled;
  };
  const ends = async (child: FakeChild | undefined, code = 1) => {
    child?.ends(code);
    await settle();
  };
  const messages = () => lines.map(({ msg, worker }) => [msg, worker]);

  test('listens while its worker does, which is logged and asked', async () => {
    expect(slot.isListening).toBe(false);
    slot.ask('flush'); // nobody is there to hear it
    expect(await fill()).toEqual(REPORT);
    expect(slot.isListening).toBe(true);
    slot.ask('flush');
    expect(children[0]?.requests).toEqual(['flush']);
    expect(lines).toMatchObject([{ msg: 'a worker listens', worker: 1, url: REPORT.url }]);
    await ends(children[0]);
    expect(slot.isListening).toBe(false);
  });

  test('is filled at once when its worker has served for a while, and later each time when it has not', async () => {
    await fill();
    jest.advanceTimersByTime(STEADY);
    await ends(children[0]);
    expect(lines.at(-1)).toMatchObject({
      msg: 'a worker has exited and is replaced',
      worker: 1,
      code: 1,
      signal: null,
      pause: 0,
    });
    jest.advanceTimersByTime(0);
    expect(children).toHaveLength(2);
    for (const pause of [250, 500]) {
      const { length } = children;
      await ends(children.at(-1));
      expect(lines.at(-1)).toMatchObject({ worker: length, pause });
      jest.advanceTimersByTime(pause - 1);
      expect(children).toHaveLength(length);
      jest.advanceTimersByTime(1);
      expect(children).toHaveLength(length + 1);
    }
  });

  test('stays empty where its supervisor does not want another worker', async () => {
    mayRestart.mockReturnValue(false);
    await fill();
    await ends(children[0]);
    expect(mayRestart).toHaveBeenCalledTimes(1);
    expect(jest.getTimerCount()).toBe(0);
    expect(messages()).toEqual([['a worker listens', 1]]);
  });

  test('has the old worker leave when the new one listens, and not before', async () => {
    await fill();
    const replaced = slot.replace();
    expect(children).toHaveLength(2);
    expect(children[0]?.requests).toEqual([]);
    await children[1]?.says(REPORT);
    expect(children[0]?.requests).toEqual(['leave']);
    slot.ask('flush');
    expect(children[1]?.requests).toEqual(['flush']);
    await ends(children[0], 0);
    expect(await replaced).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
    expect(mayRestart).not.toHaveBeenCalled();
    await ends(children[1]);
    expect(mayRestart).toHaveBeenCalledTimes(1);
  });

  test('kills an old worker that does not leave within the limit', async () => {
    await fill();
    const replaced = slot.replace();
    await children[1]?.says(REPORT);
    jest.advanceTimersByTime(LEAVE_LIMIT - 1);
    expect(children[0]?.signals).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(children[0]?.signals).toEqual(['SIGKILL']);
    expect(await replaced).toBe(true);
  });

  test('keeps the old worker where the new one does not start', async () => {
    await fill();
    const replaced = slot.replace();
    await ends(children[1]);
    expect(await replaced).toBe(false);
    expect(slot.isListening).toBe(true);
    expect([children[0]?.requests, children[0]?.signals]).toEqual([[], []]);
    expect(mayRestart).not.toHaveBeenCalled();
  });

  test('starts no worker after a pause in which another took the place', async () => {
    await fill();
    await ends(children[0]);
    const replaced = slot.replace();
    await children[1]?.says(REPORT);
    expect(await replaced).toBe(true);
    jest.advanceTimersByTime(STEADY);
    expect(children).toHaveLength(2);
  });

  test('starts no worker once it is closed, neither after a pause nor for one that ends then', async () => {
    await fill();
    await ends(children[0]);
    await slot.close();
    jest.advanceTimersByTime(STEADY);
    await ends(children[0]);
    expect(children).toHaveLength(1);
    expect(mayRestart).toHaveBeenCalledTimes(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('has both its workers leave when it is closed while one replaces the other', async () => {
    await fill();
    const replaced = slot.replace();
    const closed = slot.close();
    expect(children[0]?.requests).toEqual(['leave']);
    children[0]?.ends(0);
    expect(await closed).toEqual([
      { code: 0, signal: null },
      { code: null, signal: 'SIGTERM' },
    ]);
    expect(await replaced).toBe(false);
    expect(mayRestart).not.toHaveBeenCalled();
  });

  test('has each worker leave once when it is closed after a replacement', async () => {
    await fill();
    const replaced = slot.replace();
    await children[1]?.says(REPORT);
    const closed = slot.close();
    for (const child of children) child.ends(0);
    await replaced;
    expect(await closed).toEqual([{ code: 0, signal: null }]);
    expect(children[1]?.requests).toEqual(['leave']);
  });

  test('kills both its workers at once', async () => {
    await fill();
    const replaced = slot.replace();
    slot.kill();
    expect(children.map(({ signals }) => signals)).toEqual([['SIGKILL'], ['SIGKILL']]);
    expect(await replaced).toBe(false);
  });
});
