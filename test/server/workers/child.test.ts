import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Child } from '../../../src/server/workers/child.ts';
import { FakeChild, FOREIGN, REPORT, settle } from './fake-child.ts';

const NUMBERS = { type: 'simplejwt:counted', numbers: [{ name: 'one' }] };
const LATER = { type: 'simplejwt:counted', numbers: [{ name: 'two' }] };

describe('the process of a worker', () => {
  let child: FakeChild;
  let worker: Child;
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    child = new FakeChild();
    worker = new Child(child);
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('has started once it reports, and listens until it ends', async () => {
    for (const message of FOREIGN) await child.says(message);
    expect(worker.isListening).toBe(false);
    await child.says(REPORT);
    expect(worker.isListening).toBe(true);
    child.ends(0);
    await settle();
    expect(worker.isListening).toBe(false);
    expect(await worker.started).toEqual(REPORT);
    expect(await worker.ended).toEqual({ code: 0, signal: null });
  });

  test('that ends before it reports says how', async () => {
    child.ends(null, 'SIGSEGV');
    expect(await worker.started).toEqual({ code: null, signal: 'SIGSEGV' });
  });

  test('that could not be forked has ended; an error of one that runs ends nothing', async () => {
    const hasEnded = jest.fn();
    void worker.ended.then(hasEnded);
    child.emit('error', new Error('write EPIPE'));
    await settle();
    expect(hasEnded).not.toHaveBeenCalled();
    child.process.pid = undefined;
    child.emit('error', new Error('spawn EAGAIN'));
    expect(await worker.started).toEqual({ code: null, signal: null });
  });

  test('knows its process ID and its age', () => {
    child.process.pid = 4711;
    expect(worker.pid).toBe(4711);
    expect(worker.age).toBe(0);
    jest.advanceTimersByTime(1234);
    expect(worker.age).toBe(1234);
  });

  test('is asked nothing once its channel is closed', () => {
    worker.ask('flush');
    child.isConnected = () => false;
    worker.ask('leave');
    expect(child.requests).toEqual(['flush']);
  });

  describe('that is to leave', () => {
    test('is asked to once it listens, and is not killed when it has left in time', async () => {
      await child.says(REPORT);
      const left = worker.leave(1000);
      expect(child.requests).toEqual(['leave']);
      jest.advanceTimersByTime(999);
      child.ends(0);
      expect(await left).toEqual({ code: 0, signal: null });
      jest.advanceTimersByTime(10_000);
      expect(child.signals).toEqual([]);
      expect(jest.getTimerCount()).toBe(0);
    });

    test('is sent SIGTERM before it listens', async () => {
      expect(await worker.leave(1000)).toEqual({ code: null, signal: 'SIGTERM' });
      expect([child.requests, child.signals]).toEqual([[], ['SIGTERM']]);
    });

    test('is killed after the limit', async () => {
      child.mortalTo = ['SIGKILL'];
      const left = worker.leave(1000);
      jest.advanceTimersByTime(999);
      expect(child.signals).toEqual(['SIGTERM']);
      jest.advanceTimersByTime(1);
      expect(await left).toEqual({ code: null, signal: 'SIGKILL' });
    });
  });

  describe('that is asked for its numbers', () => {
    test('tells them, to all that have asked, and the last ones are kept', async () => {
      await child.says(REPORT);
      const asked = Promise.all([worker.numbers(1000), worker.numbers(1000)]);
      expect(child.requests).toEqual(['numbers', 'numbers']);
      for (const message of [...FOREIGN, { ...NUMBERS, numbers: 'many' }]) await child.says(message);
      expect(worker.lastNumbers).toEqual([]);
      await child.says(NUMBERS);
      expect(await asked).toEqual([NUMBERS.numbers, NUMBERS.numbers]);
      expect(jest.getTimerCount()).toBe(0);
      await child.says(LATER); // as it ends, unasked
      expect(worker.lastNumbers).toEqual(LATER.numbers);
    });

    test('is not asked before it listens', async () => {
      expect(await worker.numbers(1000)).toEqual([]);
      expect(child.requests).toEqual([]);
    });

    test.each([
      ['takes too long', () => jest.advanceTimersByTime(1000)],
      ['ends meanwhile', () => child.ends(1)],
    ])('and %s counts as it told last', async (_what, happens) => {
      await child.says(REPORT);
      await child.says(NUMBERS);
      const answered = jest.fn();
      const asked = worker.numbers(1000).then(answered);
      jest.advanceTimersByTime(999);
      await settle();
      expect(answered).not.toHaveBeenCalled();
      happens();
      await asked;
      expect(answered).toHaveBeenCalledWith(NUMBERS.numbers);
      expect(jest.getTimerCount()).toBe(0);
    });
  });
});
