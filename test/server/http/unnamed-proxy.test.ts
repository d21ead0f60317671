import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { settingsFromEnvironment } from '../../../src/contracts/settings/settings.ts';
import { PATIENCE } from '../../../src/server/http/app.ts';
import { startServer } from '../../../src/server/server.ts';
import { Client } from '../../support/client.ts';
import { logRecords, TEST_ENV } from '../../support/process.ts';
import { newPlace, type Place } from '../../support/stores.ts';

let place: Place;
beforeEach(() => {
  place = newPlace('sqlite');
});
afterEach(() => place.remove());

/** What a server has in its log about proxies, once requests of these senders were answered. */
async function warningsAfter(
  env: Readonly<Record<string, string>>,
  senders: readonly (string | null)[],
  header = 'x-forwarded-for',
) {
  let text = '';
  const log = pino({}, { write: (line: string) => (text += line) });
  const settings = settingsFromEnvironment({ ...TEST_ENV, ...place.env, PORT: '0', ...env });
  const server = await startServer({ settings, log, patience: { ...PATIENCE, leave: 20 } });
  const client = new Client(server.url);
  for (const sender of senders) {
    await client.sendRaw({ query: '{ __typename }' }, sender === null ? {} : { headers: { [header]: sender } });
  }
  await server.close();
  return logRecords(text).filter(({ msg }) => String(msg).includes('TRUST_PROXY'));
}

const FORWARDED = ['203.0.113.7', '203.0.113.8', '203.0.113.7, 203.0.113.9'];
const WARNING = {
  level: 40,
  address: '127.0.0.1',
  msg: expect.stringMatching(
    /^X-Forwarded-For came from an address that TRUST_PROXY does not name, .* add it to TRUST_PROXY$/,
  ),
};

test('a proxy that TRUST_PROXY does not name is told of, once, with its address', async () => {
  expect(await warningsAfter({}, FORWARDED)).toMatchObject([WARNING]);
  expect(await warningsAfter({ TRUST_PROXY: '10.0.0.0/8' }, FORWARDED)).toMatchObject([WARNING]);
});

test('S37: of the header that CLIENT_ADDRESS_HEADER names, and of no other', async () => {
  const env = { TRUST_PROXY: '10.0.0.0/8', CLIENT_ADDRESS_HEADER: 'X-Real-IP' };
  expect(await warningsAfter(env, FORWARDED)).toEqual([]);
  expect(await warningsAfter(env, ['203.0.113.7'], 'x-real-ip')).toMatchObject([
    { address: '127.0.0.1', msg: expect.stringMatching(/^X-Real-IP came from/) },
  ]);
});

test('the runbook has the words by which to find it', () => {
  const runbook = readFileSync(new URL('../../../docs/runbook.md', import.meta.url), 'utf8');
  expect(runbook).toContain('`X-Forwarded-For came from an address that TRUST_PROXY does not name`');
});

test('a proxy that it names is not, nor are clients that come without one', async () => {
  expect(await warningsAfter({ TRUST_PROXY: 'loopback' }, [...FORWARDED, '127.0.0.1', null])).toEqual([]);
  expect(await warningsAfter({}, [null, null])).toEqual([]);
});
