import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { settingsFromEnvironment } from '../../src/contracts/settings/settings.ts';
import { startServer } from '../../src/server/server.ts';
import { TokenBlacklistDocument } from '../generated/operations.ts';
import { Client } from '../support/client.ts';
import {
  endProcesses,
  helloWith,
  refreshWith,
  startProcess,
  TEST_ENV,
  type RunningProcess,
} from '../support/process.ts';
import { blocksOf, OperatorShell, withReplacements } from '../support/runbook.ts';
import { PASSWORD, TestClock } from '../support/server.ts';
import { newPlace, storeKinds } from '../support/stores.ts';

const RUNBOOK = 'docs/runbook.md';
const [settings = '', once = '', start = '', ready = ''] = blocksOf(RUNBOOK, 'Two servers on one store', 'sh');
const CREDENTIALS = ['root', PASSWORD] as const;

describe.each(storeKinds.filter((kind) => kind === 'mongodb'))(
  'two servers on one %s, as the runbook has it',
  (kind) => {
    const place = newPlace(kind);
    const shell = new OperatorShell({ DATA_DIR: place.options.dataDir, PASSWORD_HASH_COST: '10' });
    const here = withReplacements(settings, {
      'mongodb://db.example.com/simplejwt': place.options.mongodbUri ?? '',
      '/srv/simplejwt/keys': join(place.options.dataDir, 'keys'),
      'HOST=0.0.0.0 PORT=4000': 'HOST=127.0.0.1 PORT=0',
      '10.0.0.0/8': 'loopback',
    });
    let servers: readonly [RunningProcess, RunningProcess];
    let one: Client;
    let other: Client;

    beforeAll(async () => {
      await shell.expect(`${here}${withReplacements(once, { '--admin': '--admin --password-stdin' })}`, {
        input: PASSWORD,
      });
      const serve = () => startProcess(shell.started(`${here}${start}`));
      servers = await Promise.all([serve(), serve()]);
      [one, other] = [new Client(servers[0].url), new Client(servers[1].url)];
    });
    afterAll(async () => {
      await endProcesses();
      shell.remove();
      await place.remove();
    });

    const addresses = () => ({
      'http://one.internal:4000': new URL(one.url).origin,
      'http://two.internal:4000': new URL(other.url).origin,
    });

    test('are ready, and say so', async () => {
      const answers = await shell.expect(withReplacements(ready, addresses()));
      expect(answers).toBe('{"status":"ok"}{"status":"ok"}');
    });

    test('go on with what the other began, and know what the other ended', async () => {
      const { access, refresh } = await one.signIn(...CREDENTIALS);
      expect(await helloWith(other, access)).toBe('Hello, root!');
      const next = await refreshWith(other, refresh);
      expect(next.reason).toBeNull();
      expect(await helloWith(one, next.access)).toBe('Hello, root!');
      await one.expect(TokenBlacklistDocument, { refresh: next.refresh });
      expect(await helloWith(other, next.access)).toBe('session_revoked');
      expect(await refreshWith(other, next.refresh)).toMatchObject({ access: null, reason: 'token_blacklisted' });
    });

    test('show a clock that is wrong: each has its own in the header', async () => {
      const [compare = ''] = blocksOf(RUNBOOK, 'A wrong clock', 'sh');
      const [first = '', second = '', ours = ''] = (await shell.expect(withReplacements(compare, addresses()))).split(
        '\n',
      );
      const now = Date.parse(ours);
      for (const line of [first, second])
        expect(Math.abs(Date.parse(line.slice('date:'.length)) - now)).toBeLessThan(60_000);
    });

    test('serve on alone when one is killed: nobody signs in again', async () => {
      const { access, refresh } = await one.signIn(...CREDENTIALS);
      await servers[0].kill('SIGKILL');
      expect(await helloWith(other, access)).toBe('Hello, root!');
      expect(await refreshWith(other, refresh)).toMatchObject({ reason: null });
      await other.signIn(...CREDENTIALS);
      const failed = await shell.run(withReplacements(ready, addresses()));
      expect(failed).toMatchObject({ code: 7, stdout: '' }); // curl: connection refused
    });
  },
);

test.each([
  ['0', 'token_not_valid'],
  ['2m', 'Hello, alice!'],
])('a token made by a clock two minutes ahead, where JWT_LEEWAY is %s, is answered %s', async (leeway, answer) => {
  const ahead = new TestClock();
  ahead.advance(119);
  const place = newPlace('sqlite');
  const env = { ...TEST_ENV, ...place.env, PORT: '0', LOG_LEVEL: 'silent', JWT_LEEWAY: leeway };
  const serve = (clock?: TestClock) =>
    startServer({ settings: settingsFromEnvironment(env), ...(clock && { clock: clock.read }) });
  const servers = [await serve(ahead), await serve()] as const;
  await servers[0].auth.users.create({ username: 'alice', password: PASSWORD });
  const { access } = await new Client(servers[0].url).signIn('alice', PASSWORD);
  expect(await helloWith(new Client(servers[1].url), access)).toBe(answer);
  await Promise.all(servers.map((server) => server.close()));
  await place.remove();
});
