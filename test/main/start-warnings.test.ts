import { randomBytes } from 'node:crypto';
import { afterEach, expect, test } from '@jest/globals';
import { endProcesses, logRecords, startProcess, TEST_ENV } from '../support/process.ts';
import { newPlace } from '../support/stores.ts';

const place = newPlace('sqlite');
afterEach(async () => {
  await endProcesses();
  await place.remove();
});

test('S54: a start says in the log, in a line each, what is dangerous about it, and nothing where nothing is', async () => {
  const env = { ...TEST_ENV, ...place.env, LOGLEVEL: 'debug', JWT_SIGNING_KEY: 'k'.repeat(64) };
  const server = await startProcess({ env });
  await server.kill('SIGTERM');
  const warningsOf = (log: string) => logRecords(log).flatMap(({ level, msg }) => (level === 40 ? [msg] : []));
  expect(warningsOf(server.stdout())).toEqual([
    'LOGLEVEL is not a setting and has no effect. Did you mean LOG_LEVEL?',
    'JWT_SIGNING_KEY: the secret can be guessed, as it has few different characters. Make another: openssl rand -base64 48',
  ]);
  const fine = await startProcess({
    env: { ...TEST_ENV, ...place.env, JWT_SIGNING_KEY: randomBytes(48).toString('base64') },
  });
  await fine.kill('SIGTERM');
  expect(warningsOf(fine.stdout())).toEqual([]);
});
