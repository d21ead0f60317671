import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { requestIn } from '../../../src/server/workers/messages.ts';
import { Primary } from '../../../src/server/workers/primary.ts';
import { WorkerProcess, type Child } from '../../../src/server/workers/worker-process.ts';

const REPORT = { type: 'simplejwt:listening', url: 'http://127.0.0.1:4000/graphql' };
const FOREIGN = [{ type: 'prom-client:getMetricsRes' }, { type: 'listening' }, { url: REPORT.url }, 'listening', null];

/** A child that says and does what the test wants. */
class FakeChild extends EventEmitter implements Child {
  readonly heard: unknown[] = [];
  readonly signals: string[] = [];
  readonly process = {
    pid: 1,
    kill: (signal: NodeJS.Signals) => {
      this.signals.push(signal);
      return this.emit('exit', null, signal);
    },
  };
  isConnected = () => true;
  send(message: object): boolean {
    return this.heard.push(message) > 0;
  }
  says(message: unknown): void {
    this.emit('message', message);
  }
}

describe('a primary', () => {
  let children: FakeChild[] = [];
  let primary: Primary;
  afterEach(() => primary.kill());

  const start = (count: number, leaveLimit: number) => {
    children = [];
    const fork = () => {
      const child = new FakeChild();
      children.push(child);
      return new WorkerProcess(child);
    };
    primary = new Primary({ count, fork, log: pino({ level: 'silent' }), leaveLimit });
    return primary.start();
  };
  const startAll = async (count: number, leaveLimit = 60_000) => {
    const started = start(count, leaveLimit);
    children[0]?.says(REPORT);
    while (children.length < count) await new Promise(setImmediate);
    for (const child of children.slice(1)) child.says(REPORT);
    return started;
  };
  const askedOf = (type: string) =>
    children.map(({ heard }) => heard.filter((each) => requestIn(each) === type).length);

  test('takes what others say on the channel for no report', async () => {
    const started = start(2, 60_000);
    for (const message of FOREIGN) children[0]?.says(message);
    await new Promise(setImmediate);
    expect(children).toHaveLength(1); // the second waits for the first
    children[0]?.says(REPORT);
    while (children.length < 2) await new Promise(setImmediate);
    children[1]?.says(REPORT);
    expect(await started).toEqual(REPORT);
  });

  test('has one worker welcome, and one remove what has expired: another where that one has ended', async () => {
    await startAll(3);
    primary.flush();
    expect(askedOf('flush')).toEqual([1, 0, 0]);
    children[0]?.emit('exit', 1, null);
    await new Promise(setImmediate);
    primary.flush();
    expect(askedOf('flush')).toEqual([1, 1, 0]);
    expect(askedOf('welcome')).toEqual([1, 0, 0]);
  });

  test('kills a worker that does not leave in time', async () => {
    await startAll(1, 20);
    expect(await primary.close()).toEqual([{ code: null, signal: 'SIGKILL' }]);
    expect(askedOf('leave')).toEqual([1]);
    expect(children[0]?.signals).toEqual(['SIGKILL']);
  });

  test('starts nobody once it closes', async () => {
    await startAll(2);
    const rolled = primary.roll();
    expect(children).toHaveLength(3);
    children[2]?.says(REPORT); // so the first is asked to leave, and then it would be the second's turn
    await new Promise(setImmediate);
    const closed = primary.close();
    for (const child of children) child.emit('exit', 0, null);
    await Promise.all([rolled, closed]);
    expect(children).toHaveLength(3);
  });

  test('rolls once more when it is asked to while it rolls', async () => {
    await startAll(1);
    const both = Promise.all([primary.roll(), primary.roll(), primary.roll()]);
    for (const replaced of [0, 1]) {
      while (children.length < replaced + 2) await new Promise(setImmediate);
      children[replaced + 1]?.says(REPORT);
      await new Promise(setImmediate);
      expect(children[replaced]?.heard.map(requestIn)).toContain('leave');
      children[replaced]?.emit('exit', 0, null);
    }
    await both;
    expect(children).toHaveLength(3);
  });
});

describe('a worker', () => {
  test('takes what others say on the channel for no request', () => {
    const messages = [...FOREIGN, { type: 'leave' }, { type: 'simplejwt:unheard-of' }, 'simplejwt:leave'];
    expect(messages.map(requestIn).filter((request) => request !== undefined)).toEqual([]);
    expect(requestIn({ type: 'simplejwt:leave' })).toBe('leave');
  });
});
