import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import { Child } from '../../../src/server/workers/child.ts';
import { requestIn, type Request } from '../../../src/server/workers/messages.ts';
import { Supervisor } from '../../../src/server/workers/supervisor.ts';
import { FakeChild, FOREIGN, REPORT, settle } from './fake-child.ts';

const LEAVE_LIMIT = 1000;
const LONGEST_PAUSE = 30_000;
const IN_VAIN =
  'WORKERS: the last workers all ended soon after their start, and none is left; expected them to serve. ' +
  'The lines above say why.';

describe('a supervisor', () => {
  let children: FakeChild[];
  let supervisor: Supervisor;
  let messages: unknown[];
  let failure: jest.Mock<(error: unknown) => void>;
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  });
  afterEach(async () => {
    const closed = supervisor.close(); // so that it replaces nobody
    supervisor.kill();
    await closed;
    jest.useRealTimers();
  });
  const make = (count: number) => {
    children = [];
    messages = [];
    const fork = () => {
      const child = new FakeChild();
      children.push(child);
      return new Child(child);
    };
    const write = (line: string) => void messages.push((JSON.parse(line) as { msg: unknown }).msg);
    supervisor = new Supervisor({ count, fork, log: pino({}, { write }), leaveLimit: LEAVE_LIMIT });
    failure = jest.fn();
    supervisor.failed.catch(failure);
  };
  const start = async (count: number) => {
    make(count);
    const started = supervisor.start();
    await children[0]?.says(REPORT);
    for (const child of children.slice(1)) await child.says(REPORT);
    return started;
  };
  const ends = async (child: FakeChild | undefined, code = 1) => {
    child?.ends(code);
    await settle();
  };
  /** Ends the last worker that was forked so many times, soon after its start, and waits for the next. */
  const endsSoon = async (times: number) => {
    for (let time = 0; time < times; time += 1) {
      await ends(children.at(-1));
      jest.advanceTimersToNextTimer(); // no further: the next one must not grow old
    }
  };
  const askedOf = (request: Request) =>
    children.map(({ requests }) => requests.filter((each) => each === request).length);

  test('needs a worker', async () => {
    make(0);
    await expect(supervisor.start()).rejects.toThrow(new RangeError('a supervisor has at least one worker'));
  });

  test('starts one worker, and the others once it serves', async () => {
    make(3);
    const started = supervisor.start();
    for (const message of FOREIGN) await children[0]?.says(message);
    expect(children).toHaveLength(1);
    await children[0]?.says(REPORT);
    expect(children).toHaveLength(3);
    expect(askedOf('welcome')).toEqual([1, 0, 0]);
    const hasStarted = jest.fn();
    void started.then(hasStarted);
    await children[1]?.says(REPORT);
    expect(hasStarted).not.toHaveBeenCalled();
    await children[2]?.says(REPORT);
    expect(hasStarted).toHaveBeenCalledWith(REPORT);
  });

  test('starts no other worker where the first does not serve, and says how it ended', async () => {
    make(2);
    const started = supervisor.start();
    await ends(children[0], 3);
    expect(await started).toEqual({ code: 3, signal: null });
    await endsSoon(1);
    expect(children).toHaveLength(1);
    expect(failure).not.toHaveBeenCalled();
  });

  test('starts no other worker where it is closed before the first serves', async () => {
    make(2);
    const started = supervisor.start();
    for (const child of children) child.mortalTo = ['SIGKILL']; // it serves before it hears the other signal
    void supervisor.close();
    await children[0]?.says(REPORT);
    expect(await started).toEqual(REPORT);
    expect(children).toHaveLength(1);
    expect(askedOf('welcome')).toEqual([0]);
  });

  test('has one worker remove what has expired: another where the first has ended, none where none listens', async () => {
    await start(3);
    supervisor.flush();
    expect(askedOf('flush')).toEqual([1, 0, 0]);
    await ends(children[0]);
    supervisor.flush();
    expect(askedOf('flush')).toEqual([1, 1, 0]);
    for (const child of children.slice(1)) await ends(child);
    supervisor.flush();
    expect(askedOf('flush')).toEqual([1, 1, 0]);
  });

  describe('whose workers end soon after their start', () => {
    test('starts five more, and then gives up: it closes and says so', async () => {
      await start(1);
      await endsSoon(5);
      expect(children).toHaveLength(6);
      expect(failure).not.toHaveBeenCalled();
      await endsSoon(1);
      expect(children).toHaveLength(6);
      expect(failure).toHaveBeenCalledWith(expect.objectContaining({ name: 'WorkersError', message: IN_VAIN }));
    });

    test('goes on as long as one other serves', async () => {
      await start(2); // the first serves on, beside each that takes the place of the second
      await endsSoon(9);
      expect(children).toHaveLength(11);
      expect(failure).not.toHaveBeenCalled();
      await ends(children[0]);
      expect(failure).not.toHaveBeenCalled();
    });

    test('gives up when the last that served has ended as soon: those that start leave, and no other is started', async () => {
      await start(7);
      for (const child of children.slice(1, 6)) await ends(child);
      jest.advanceTimersToNextTimer(); // one is starting, for the second
      await ends(children[6]);
      expect(failure).not.toHaveBeenCalled();
      await ends(children[0]);
      expect(failure).toHaveBeenCalledTimes(1);
      expect(children[7]?.signals).toEqual(['SIGTERM']);
      jest.advanceTimersByTime(LONGEST_PAUSE);
      expect(children).toHaveLength(8);
    });
  });

  describe('that is closed', () => {
    test('has all workers leave, says how each ended, and replaces none', async () => {
      await start(2);
      const closed = supervisor.close();
      expect(askedOf('leave')).toEqual([1, 1]);
      await ends(children[0], 0);
      jest.advanceTimersByTime(LEAVE_LIMIT);
      expect(await closed).toEqual([
        { code: 0, signal: null },
        { code: null, signal: 'SIGKILL' },
      ]);
      jest.advanceTimersByTime(LONGEST_PAUSE);
      expect(children).toHaveLength(2);
    });

    test('starts nobody more of those it was replacing, and does not say that all are new', async () => {
      await start(2);
      const rolled = supervisor.roll();
      await children[2]?.says(REPORT); // so the first is asked to leave, and then it would be the second's turn
      const closed = supervisor.close();
      for (const child of children) child.ends(0);
      await Promise.all([rolled, closed]);
      await supervisor.roll();
      expect(children).toHaveLength(3);
      expect(messages.filter((message) => message !== 'a worker listens')).toEqual([]);
    });
  });

  describe('that is to replace its workers', () => {
    const replaces = async (old: number, successor: number) => {
      await children[successor]?.says(REPORT);
      expect(children[old]?.requests).toContain('leave');
      await ends(children[old], 0);
    };

    test('does nothing before they serve', async () => {
      make(1);
      void supervisor.start();
      await supervisor.roll();
      expect(children).toHaveLength(1);
    });

    test('replaces one after the other, says so, and does so again the next time', async () => {
      await start(2);
      for (const offset of [0, 2]) {
        const hasRolled = jest.fn();
        const rolled = supervisor.roll().then(hasRolled);
        expect(children).toHaveLength(offset + 3);
        await replaces(offset, offset + 2);
        expect(children).toHaveLength(offset + 4);
        expect(hasRolled).not.toHaveBeenCalled();
        await replaces(offset + 1, offset + 3);
        await rolled;
      }
      expect(children).toHaveLength(6);
      expect(messages.filter((message) => message === 'all workers were replaced')).toHaveLength(2);
    });

    test('begins once more when it is asked to meanwhile', async () => {
      await start(1);
      const all = Promise.all([supervisor.roll(), supervisor.roll(), supervisor.roll()]);
      for (const replaced of [0, 1]) await replaces(replaced, replaced + 1);
      await all;
      expect(children).toHaveLength(3);
    });

    test('stops at the first that cannot be replaced, and all that are left serve on', async () => {
      await start(2);
      const rolled = supervisor.roll();
      await ends(children[2]);
      await rolled;
      expect(children).toHaveLength(3);
      expect(askedOf('leave')).toEqual([0, 0, 0]);
      expect(messages.at(-1)).toBe('a new worker did not start; those that are left stay as they are');
    });
  });

  test('kills all its workers, those that are starting too', async () => {
    await start(2);
    const rolled = supervisor.roll();
    supervisor.kill();
    expect(children.map(({ signals }) => signals)).toEqual([['SIGKILL'], ['SIGKILL'], ['SIGKILL']]);
    await rolled;
  });
});

describe('a worker', () => {
  test('takes what others say on the channel for no request', () => {
    const messages = [...FOREIGN, { type: 'leave' }, { type: 'simplejwt:unheard-of' }, 'simplejwt:leave'];
    expect(messages.map(requestIn).filter((request) => request !== undefined)).toEqual([]);
    expect(requestIn({ type: 'simplejwt:leave' })).toBe('leave');
  });
});
