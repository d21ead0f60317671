import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Client } from '../../support/client.ts';
import { logRecords, runCli, startProcess } from '../../support/process.ts';
import { TEST_KEY } from '../../support/server.ts';
import { sharedStoreKinds, stageForWorkers, whenServed } from '../../support/workers.ts';

const SECONDS = 1000;
const ENDED = 'a worker has ended, and another takes its place';

describe.each(sharedStoreKinds)('workers on one %s', () => {
  const stage = stageForWorkers();
  /** A server whose workers start for as long as a file is there. */
  const startWithKeyFile = async () => {
    const place = stage.newPlace();
    const file = join(place.options.dataDir, 'key');
    const restore = () => writeFileSync(file, TEST_KEY);
    restore();
    const server = await stage.start({ JWT_SIGNING_KEY: file }, place);
    return { server, workers: await whenServed(server, 2), remove: () => rmSync(file), restore };
  };
  const isServed = async (url: string) => (await new Client(url).sendRaw({ query: '{ __typename }' })).status === 200;

  test(
    'are replaced when they are killed, and the other serves on',
    async () => {
      const server = await stage.start();
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

  test('do not outlive a supervisor that is killed', async () => {
    const server = await stage.start();
    const [worker = 0] = await whenServed(server, 2);
    expect(() => process.kill(worker, 0)).not.toThrow();
    // It has ended once nobody holds its output open, and the workers do.
    expect(await server.kill('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
    await expect(isServed(server.url)).rejects.toThrow('fetch failed');
  });

  test.each([
    ['no usable key', { JWT_KEYS_DIR: '/nowhere' }, /^JWT_KEYS_DIR: [^\n]*\n$/],
    ['a store that does not answer', { MONGODB_URI: 'mongodb://127.0.0.1:1/' }, /^MONGODB_URI: [^\n]*\n$/],
    ['too many of them', { WORKERS: '257' }, /^WORKERS: got "257", expected a whole number .* or auto\.\n$/],
    [
      'a store of one process',
      { MONGODB_URI: '' },
      /^WORKERS: got 2 with SQLite, [^\n]*expected 1 or auto, or MONGODB_URI[^\n]*\n$/,
    ],
  ])('with %s never start, and say so once', async (_what, settings, line) => {
    const result = await runCli(['start'], { env: { ...stage.newPlace().env, PORT: '0', ...settings } });
    expect(result).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(line) });
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

  test(
    'stay as they are when those that should follow them cannot start',
    async () => {
      const { server, workers, remove, restore } = await startWithKeyFile();
      remove();
      process.kill(server.pid, 'SIGHUP');
      await server.printed('stdout', /"a new worker did not start; those that are left stay as they are"/);
      expect(await isServed(server.url)).toBe(true);
      restore();
      process.kill(server.pid, 'SIGHUP');
      await server.printed('stdout', /"all workers are new"/);
      const successors = await whenServed(server, 4);
      expect(new Set([...workers, ...successors]).size).toBe(4);
      expect(logRecords(server.stdout()).filter(({ msg }) => msg === ENDED)).toEqual([]);
    },
    90 * SECONDS,
  );

  test(
    'that cannot be replaced any more end the server, which says so',
    async () => {
      const { server, workers, remove } = await startWithKeyFile();
      remove();
      for (const worker of workers) process.kill(worker, 'SIGKILL');
      expect(await server.exited).toEqual({ code: 1, signal: null });
      const lines = server.stderr().trimEnd().split('\n');
      expect(lines.pop()).toMatch(/^WORKERS: .*none is left/);
      expect(lines.length).toBeGreaterThanOrEqual(4);
      for (const line of lines) expect(line).toMatch(/^JWT_SIGNING_KEY: /);
    },
    90 * SECONDS,
  );

  test('of SQLite are one, where their number is left to the server', async () => {
    const { env } = stage.newPlace();
    const server = await startProcess({ env: { ...env, MONGODB_URI: '', WORKERS: 'auto' } });
    const pids = logRecords(server.stdout()).map(({ pid }) => pid);
    expect(new Set(pids)).toEqual(new Set([server.pid]));
    expect(await isServed(server.url)).toBe(true);
  });
});
