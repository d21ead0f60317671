import cluster, { type Worker } from 'node:cluster';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import type { Child } from '../../../src/server/workers/child.ts';
import { runSupervisor } from '../../../src/server/workers/run-supervisor.ts';
import { FakeChild, REPORT, settle } from './fake-child.ts';

const FLUSH_INTERVAL = 60_000;
const LEAVE_LIMIT = 1000;

describe('a process that runs as the supervisor', () => {
  let children: FakeChild[];
  let handlers: Map<string, (signal: string) => void>;
  let lines: Record<string, unknown>[];
  let followed: Child[];
  let exit: jest.SpiedFunction<typeof process.exit>;
  let outcome: jest.Mock<(error: unknown) => void>;
  const exitCode = process.exitCode;
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    children = [];
    lines = [];
    followed = [];
    handlers = new Map();
    outcome = jest.fn();
    jest.spyOn(cluster, 'fork').mockImplementation(() => {
      const child = new FakeChild();
      children.push(child);
      return child as unknown as Worker;
    });
    jest.spyOn(process, 'on').mockImplementation((name, handler) => {
      handlers.set(String(name), handler as (signal: string) => void);
      return process;
    });
    exit = jest.spyOn(process, 'exit').mockImplementation((() => {}) as () => never);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
    process.exitCode = exitCode;
  });
  /** Begins to run; `outcome` is called when it has ended, with what it threw if it did. */
  const run = async ({ withTotals = false } = {}) => {
    const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
    const totals = { url: 'http://127.0.0.1:9464/metrics', follow: (worker: Child) => followed.push(worker) };
    const options = { count: 2, log: pino({}, { write }), leaveLimit: LEAVE_LIMIT, flushInterval: FLUSH_INTERVAL };
    void runSupervisor({ ...options, ...(withTotals && { totals }) }).then(() => outcome(null), outcome);
    await settle();
  };
  const serve = async (options?: { withTotals: boolean }) => {
    await run(options);
    for (const index of [0, 1]) await children[index]?.says(REPORT);
  };
  const receives = async (signal: string) => {
    handlers.get(signal)?.(signal);
    await settle();
  };
  const end = async (code: number | null, signal: string | null = null) => {
    for (const child of children) child.ends(code, signal);
    await settle();
  };
  const messages = () => lines.map(({ msg }) => msg);

  test('says once where its workers serve', async () => {
    await serve();
    const listening = lines.filter(({ msg }) => msg === 'listening');
    expect(listening).toMatchObject([{ url: REPORT.url, store: 'mongodb', workers: 2 }]);
    expect(listening[0]).not.toHaveProperty('metrics');
    expect(followed).toEqual([]);
    expect(outcome).not.toHaveBeenCalled();
  });

  test('has the metrics of each worker counted, of those too that take the place of others', async () => {
    await serve({ withTotals: true });
    expect(lines).toContainEqual(
      expect.objectContaining({ msg: 'listening', metrics: 'http://127.0.0.1:9464/metrics' }),
    );
    children[0]?.ends(1);
    await settle();
    jest.advanceTimersByTime(LEAVE_LIMIT);
    expect(children).toHaveLength(3);
    expect(followed).toHaveLength(3);
  });

  test('has expired records removed at intervals', async () => {
    await serve();
    jest.advanceTimersByTime(FLUSH_INTERVAL - 1);
    expect(children[0]?.requests).toEqual(['welcome']);
    jest.advanceTimersByTime(1);
    expect(children[0]?.requests).toEqual(['welcome', 'flush']);
    jest.advanceTimersByTime(FLUSH_INTERVAL);
    expect(children[0]?.requests).toEqual(['welcome', 'flush', 'flush']);
  });

  test.each(['SIGTERM', 'SIGINT'])('ends at %s when its workers have ended, with the exit code 0', async (signal) => {
    await serve();
    await receives(signal);
    expect(children.map(({ requests }) => requests.at(-1))).toEqual(['leave', 'leave']);
    expect(outcome).not.toHaveBeenCalled();
    await end(0);
    expect(outcome).toHaveBeenCalledWith(null);
    expect(messages().slice(-2)).toEqual(['stopping', 'stopped']);
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'stopping', signal }));
    expect(process.exitCode).toBe(exitCode);
    expect(exit).not.toHaveBeenCalled();
  });

  test.each([
    ['a code of its own', 1, null, 1],
    ['SIGKILL', null, 'SIGKILL', 1],
    ['SIGTERM', null, 'SIGTERM', exitCode],
  ])('is stopped, and where a worker ended by %s, sets the exit code', async (_what, code, signal, expected) => {
    await serve();
    await receives('SIGTERM');
    children[0]?.ends(0);
    children[1]?.ends(code, signal);
    await settle();
    expect(outcome).toHaveBeenCalledWith(null);
    expect(messages().at(-1)).toBe('stopped');
    expect(process.exitCode).toBe(expected);
  });

  test('kills its workers and exits at a second signal', async () => {
    await serve();
    await receives('SIGTERM');
    expect(exit).not.toHaveBeenCalled();
    await receives('SIGINT');
    expect(children.map(({ signals }) => signals)).toEqual([['SIGKILL'], ['SIGKILL']]);
    expect(exit).toHaveBeenCalledWith(1);
  });

  test('ends also where it is stopped before a worker serves, and says of none that it listens', async () => {
    await run();
    await receives('SIGTERM');
    expect(children.map(({ signals }) => signals)).toEqual([['SIGTERM']]);
    expect(outcome).toHaveBeenCalledWith(null);
    expect(messages()).toEqual(['stopping', 'stopped']);
    expect(process.exitCode).toBe(exitCode);
  });

  test('replaces its workers at SIGHUP, once they serve', async () => {
    await run();
    await receives('SIGHUP');
    expect(children).toHaveLength(1);
    for (const index of [0, 1]) await children[index]?.says(REPORT);
    expect(children).toHaveLength(3);
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'replacing the workers', signal: 'SIGHUP' }));
  });

  test.each([
    ['with a code of its own', 3, null, 'code 3'],
    ['by a signal', null, 'SIGSEGV', 'SIGSEGV'],
    ['before it ran', null, null, 'code none'],
  ])('says how the first worker ended %s before it served', async (_what, code, signal, how) => {
    await run();
    await end(code, signal);
    const message = `WORKERS: the first worker ended (${how}) before it served; what it printed before says why.`;
    expect(outcome).toHaveBeenCalledWith(expect.objectContaining({ name: 'WorkersError', message }));
    expect(process.exitCode).toBe(1);
  });

  test('says nothing more where the first worker has said why it did not start', async () => {
    await run();
    await end(1);
    expect(outcome).toHaveBeenCalledWith(null);
    expect(process.exitCode).toBe(1);
    expect(messages()).toEqual([]);
  });

  test('fails when no worker can be kept running', async () => {
    await serve();
    for (let death = 0; death < 7; death += 1) {
      for (const child of children) child.ends(1); // again, of those that have ended, which nobody hears
      await settle();
      jest.advanceTimersByTime(8000);
    }
    expect(outcome).toHaveBeenCalledWith(expect.objectContaining({ name: 'WorkersError' }));
    expect(messages()).not.toContain('stopped');
  });

  test('fails at once when no worker can be kept running, also while another hangs in its start', async () => {
    await run();
    await children[0]?.says(REPORT);
    const [first, hanging] = children;
    if (hanging) hanging.mortalTo = ['SIGKILL'];
    first?.ends(1);
    for (let death = 1; death < 6; death += 1) {
      await settle();
      jest.advanceTimersToNextTimer();
      children.at(-1)?.ends(1);
    }
    await settle();
    expect(hanging?.signals).toEqual(['SIGTERM']);
    expect(outcome).toHaveBeenCalledWith(expect.objectContaining({ name: 'WorkersError' }));
    expect(messages()).not.toContain('listening');
  });
});
