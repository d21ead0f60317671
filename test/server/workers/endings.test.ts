import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from '../../support/client.ts';
import { runCommand } from '../../support/command.ts';
import { KeptConnection } from '../../support/kept-connection.ts';
import { logRecords, runCli, startProcess, type RunningProcess } from '../../support/process.ts';
import { TEST_KEY } from '../../support/server.ts';
import { sharedStoreKinds, stageForWorkers, whenServed, workersOf } from '../../support/workers.ts';

const SECONDS = 1000;
const ENDED = 'a worker has exited and is replaced';

const isServed = async (url: string) => (await new Client(url).sendRaw({ query: '{ __typename }' })).status === 200;

describe.each(sharedStoreKinds)('workers of one server on one %s', () => {
  const stage = stageForWorkers(afterAll);
  let server: RunningProcess;
  beforeAll(async () => {
    server = await stage.start();
  });

  test(
    'are replaced when they are killed, and the other serves on',
    async () => {
      const [killed = 0, other = 0] = await whenServed(server, 2);
      process.kill(killed, 'SIGKILL');
      await server.printed('stdout', new RegExp(ENDED));
      expect(await isServed(server.url)).toBe(true);
      const [, successor = 0] = await whenServed(server, 3);
      expect(new Set([killed, other, successor]).size).toBe(3);
      const ended = logRecords(server.stdout()).filter(({ msg }) => msg === ENDED);
      expect(ended).toEqual([expect.objectContaining({ worker: killed, signal: 'SIGKILL' })]);
      process.kill(other, 'SIGKILL');
      await whenServed(server, 4);
      expect(await isServed(server.url)).toBe(true);
    },
    90 * SECONDS,
  );

  test('leave no connection behind that one was given and did not take before it was killed', async () => {
    const [, worker = 0] = await whenServed(server, 4); // as the test before has left them
    process.kill(worker, 'SIGSTOP');
    const asked = Array.from({ length: 3 }, () => new KeptConnection(server.url).post({ query: '{ __typename }' }));
    const answers = Promise.allSettled(asked);
    await Promise.any(asked); // of those beside it, at least one is with the other worker
    process.kill(worker, 'SIGKILL');
    const unanswered = (await answers).filter(({ status }) => status === 'rejected');
    expect(unanswered).toHaveLength(1); // it gives up, and asks again; without an end it would wait
    await whenServed(server, 5);
  });

  test('do not outlive a supervisor that is killed', async () => {
    const [, worker = 0] = await whenServed(server, 5); // as the test before has left them
    expect(() => process.kill(worker, 0)).not.toThrow();
    // It has ended once nobody holds its output open, and the workers do.
    expect(await server.kill('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
    await expect(isServed(server.url)).rejects.toThrow('fetch failed');
  });
});

describe.each(sharedStoreKinds)('workers on one %s that start for as long as a file is there', () => {
  const stage = stageForWorkers(afterAll);
  let file: string;
  let server: RunningProcess;
  beforeAll(async () => {
    const place = stage.newPlace();
    file = join(place.options.dataDir, 'key');
    writeFileSync(file, TEST_KEY);
    server = await stage.start({ JWT_SIGNING_KEY: file }, place);
  });

  test(
    'stay as they are when those that should follow them cannot start',
    async () => {
      const workers = await whenServed(server, 2);
      rmSync(file);
      process.kill(server.pid, 'SIGHUP');
      await server.printed('stdout', /"a new worker did not start; those that are left stay as they are"/);
      expect(await isServed(server.url)).toBe(true);
      writeFileSync(file, TEST_KEY);
      process.kill(server.pid, 'SIGHUP');
      await server.printed('stdout', /"all workers were replaced"/);
      const successors = await whenServed(server, 4);
      expect(new Set([...workers, ...successors]).size).toBe(4);
      expect(logRecords(server.stdout()).filter(({ msg }) => msg === ENDED)).toEqual([]);
    },
    90 * SECONDS,
  );

  test(
    'that cannot be replaced any more end the server, which says so',
    async () => {
      rmSync(file);
      for (const worker of workersOf(server).slice(-2)) process.kill(worker, 'SIGKILL');
      expect(await server.exited).toEqual({ code: 1, signal: null });
      const lines = server.stderr().trimEnd().split('\n');
      expect(lines.pop()).toMatch(/^WORKERS: .*none is left/);
      expect(lines.length).toBeGreaterThanOrEqual(1 + 4); // one is of the test before
      for (const line of lines) expect(line).toMatch(/^JWT_SIGNING_KEY: /);
    },
    90 * SECONDS,
  );
});

describe.each(sharedStoreKinds)('workers on one %s', () => {
  const stage = stageForWorkers();

  test.each([
    ['no usable key', { JWT_KEYS_DIR: '/nowhere' }, /^JWT_KEYS_DIR: [^\n]*\n$/],
    ['a store that does not answer', { MONGODB_URI: 'mongodb://127.0.0.1:1/' }, /^MONGODB_URI: [^\n]*\n$/],
    [
      'a store of one process',
      { MONGODB_URI: '' },
      /^WORKERS: got 2 with SQLite, [^\n]*expected 1 or auto, or a MONGODB_URI[^\n]*\n$/,
    ],
  ])('with %s never start, and say so once', async (_what, settings, line) => {
    const result = await runCli(['start'], { env: { ...stage.newPlace().env, PORT: '0', ...settings } });
    expect(result).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(line) });
  });

  test('of which there are too many are no setting, and that is said once', async () => {
    const env = { ...stage.newPlace().env, PORT: '0', WORKERS: '257' };
    const stderr = expect.stringMatching(/^WORKERS: got "257", expected a whole number .* or auto\.\n$/);
    expect(await runCommand(['start'], { env })).toEqual({ code: 1, stdout: '', stderr });
  });

  test('with a port that is taken never start, and say so once', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    try {
      const { port } = other.address() as AddressInfo;
      const result = await runCli(['start'], { env: { ...stage.newPlace().env, PORT: String(port) } });
      const stderr = expect.stringMatching(new RegExp(`^PORT: .*127\\.0\\.0\\.1:${port}.*\n$`));
      expect(result).toEqual({ code: 1, stdout: '', stderr });
    } finally {
      other.close();
    }
  });

  test('of SQLite are one, where their number is left to the server', async () => {
    const { env } = stage.newPlace();
    const server = await startProcess({ env: { ...env, MONGODB_URI: '', WORKERS: 'auto' } });
    const pids = logRecords(server.stdout()).map(({ pid }) => pid);
    expect(new Set(pids)).toEqual(new Set([server.pid]));
    expect(await isServed(server.url)).toBe(true);
  });
});
