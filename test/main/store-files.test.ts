import { copyFileSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createLog } from '../../src/server/log.ts';
import { TokenObtainPairDocument } from '../generated/operations.ts';
import { runCommand } from '../support/command.ts';
import { helloWith, logRecords, refreshWith, TEST_ENV } from '../support/process.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { ALL_BUT_INTERVALS } from '../support/timers.ts';

const CREDENTIALS = { username: 'alice', password: PASSWORD };
const SUFFIXES = ['', '-wal', '-shm'] as const;

describe('the SQLite file under a running server', () => {
  let server: TestServer;
  let file: string;
  let logged: string;
  beforeEach(async () => {
    logged = '';
    const log = createLog('info', { write: (line) => void (logged += line) });
    server = await startTestServer('sqlite', { log, hasOwnStore: true });
    file = join(server.place.options.dataDir, 'simplejwt.sqlite');
  });
  afterEach(() => server.remove());

  const readiness = async () => {
    const answer = await fetch(new URL('/readyz', server.url));
    return [answer.status, await answer.json()] as const;
  };
  const refusal = async () =>
    (await server.client.send(TokenObtainPairDocument, CREDENTIALS)).errors[0]?.extensions['reason'];
  const faults = () => logRecords(logged).filter(({ msg }) => String(msg).startsWith('the store '));
  const UNREADY = [503, { status: 'unavailable', store: 'was deleted or replaced' }];

  test.each([
    ['deleted', () => rmSync(file)],
    ['deleted with all beside it', () => SUFFIXES.forEach((suffix) => rmSync(`${file}${suffix}`))],
    ['moved away', () => renameSync(file, `${file}.away`)],
    [
      'replaced by a copy of itself',
      () => {
        copyFileSync(file, `${file}.copy`);
        renameSync(`${file}.copy`, file);
      },
    ],
    ['emptied', () => truncateSync(file)],
    ['without its log', () => rmSync(`${file}-wal`)],
    ['without the index of its log', () => rmSync(`${file}-shm`)],
    ['without its folder', () => renameSync(server.place.options.dataDir, `${server.place.options.dataDir}.away`)],
  ])('S39: %s: nothing more is acknowledged, it is logged once, and it is not ready', async (_what, harm) => {
    const { access, refresh } = await server.signIn();
    expect(await readiness()).toEqual([200, { status: 'ok' }]);
    harm();
    expect(await refusal()).toBe('store_unavailable');
    expect(await refreshWith(server.client, refresh)).toMatchObject({ access: null, reason: 'store_unavailable' });
    expect(await helloWith(server.client, access)).toBe('store_unavailable');
    for (let count = 0; count < 3; count += 1) expect(await readiness()).toEqual(UNREADY);
    expect(faults()).toEqual([expect.objectContaining({ level: 50, msg: 'the store was deleted or replaced' })]);
    rmSync(`${server.place.options.dataDir}.away`, { recursive: true, force: true });
  });

  test('S39: moved away and back: it goes on by itself, says so, and has lost nothing', async () => {
    const { access, refresh } = await server.signIn();
    renameSync(file, `${file}.away`);
    expect(await refusal()).toBe('store_unavailable');
    renameSync(`${file}.away`, file);
    expect(await readiness()).toEqual([200, { status: 'ok' }]);
    expect(await helloWith(server.client, access)).toBe('Hello, alice!');
    expect((await refreshWith(server.client, refresh)).reason).toBeNull();
    expect(faults().map(({ msg }) => msg)).toEqual(['the store was deleted or replaced', 'the store works again']);
  });

  test('S39: without its log: what was acknowledged is in the file, for the next start', async () => {
    await server.signIn();
    rmSync(`${file}-wal`);
    expect((await readiness())[0]).toBe(503);
    const env = { ...TEST_ENV, ...server.place.env };
    await server.close();
    const { stdout } = await runCommand(['sessions', 'list', 'alice', '--json'], { env });
    expect(JSON.parse(stdout)).toHaveLength(1);
  });

  test('S39: deleted: the command line makes no new store beside the log of the old one', async () => {
    await server.signIn();
    rmSync(file);
    const env = { ...TEST_ENV, ...server.place.env };
    const { code, stderr } = await runCommand(['users', 'list'], { env });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^DATA_DIR: the store .* is missing, but its -wal or -shm file exists: .*\n$/),
    });
  });
});

test('S39: a file that is deleted is noticed without a request, within a second, and readings end, too', async () => {
  let tell: (line: string) => void = () => {};
  const isLogged = new Promise<string>((resolve) => (tell = resolve));
  jest.useFakeTimers({ doNotFake: [...ALL_BUT_INTERVALS] });
  const server = await startTestServer('sqlite', {
    log: createLog('error', { write: (line) => tell(line) }),
    hasOwnStore: true,
  });
  try {
    const { access } = await server.signIn();
    rmSync(join(server.place.options.dataDir, 'simplejwt.sqlite'));
    expect(await helloWith(server.client, access)).toBe('Hello, alice!');
    jest.advanceTimersByTime(1000);
    expect(await isLogged).toMatch('the store was deleted or replaced');
    expect(await helloWith(server.client, access)).toBe('store_unavailable');
  } finally {
    jest.useRealTimers();
    await server.remove();
  }
});
