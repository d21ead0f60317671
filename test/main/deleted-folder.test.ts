import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { Client } from '../support/client.ts';
import { runCommand } from '../support/command.ts';
import { BUILD, endProcesses, helloWith, logRecords, startProcess, TEST_ENV } from '../support/process.ts';
import { PASSWORD } from '../support/server.ts';
import { newPlace } from '../support/stores.ts';

const place = newPlace('sqlite');
afterAll(async () => {
  await endProcesses();
  await place.remove();
});

test('a server whose working folder is deleted signs people in, also several at once', async () => {
  const env = { ...TEST_ENV, ...place.env };
  const made = await runCommand(['users', 'create', 'alice', '--password-stdin'], { env, input: PASSWORD });
  expect(made).toMatchObject({ code: 0 });
  const folder = mkdtempSync(join(tmpdir(), 'working-folder-'));
  const server = await startProcess({ env, from: { ...BUILD, cwd: folder } });
  rmdirSync(folder);

  const client = new Client(server.url);
  const signIns = Array.from({ length: 8 }, () => client.signIn('alice', PASSWORD)); // more than there are threads
  for (const { access } of await Promise.all(signIns)) expect(await helloWith(client, access)).toBe('Hello, alice!');
  expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(logRecords(server.stdout()).filter(({ err }) => err !== undefined)).toEqual([]);
});
