import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { logRecords, refreshWith } from '../support/process.ts';
import { keeperOf } from '../support/ring.ts';
import { startTestServer } from '../support/server.ts';
import { snippetsOf } from '../support/snippets.ts';

const folder = mkdtempSync(join(tmpdir(), 'simplejwt-records-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a document shows as JSON; `...` stands for any text. */
function shownIn(document: string): unknown {
  const [json = ''] = snippetsOf(document, 'json');
  const anyText: unknown = expect.stringMatching(/./);
  return JSON.parse(json, (_, value: unknown) => (value === '...' ? anyText : value));
}

test('docs/keys.md shows the file of a key as it is written', async () => {
  let now = Date.parse('2026-11-20T04:00:00.000Z');
  const keeper = keeperOf(folder, () => now);
  await keeper.generate('ES256');
  now = Date.parse('2026-11-24T04:00:00.000Z');
  const { kid } = await keeper.rotate({ activateAfter: 600 });
  const written: unknown = JSON.parse(readFileSync(join(folder, `${kid}.json`), 'utf8'));
  expect(written).toEqual(shownIn('docs/keys.md'));
});

test('docs/security-events.md shows the record of an event as it is logged', async () => {
  const lines: string[] = [];
  const log = pino({}, { write: (line) => lines.push(line) });
  const server = await startTestServer('sqlite', { env: { JWT_REUSE_GRACE: '0' }, log });
  const { refresh } = await server.signIn();
  await refreshWith(server.client, refresh);
  await refreshWith(server.client, refresh);
  await server.remove();
  const reuse = lines.filter((line) => line.includes('token_reused'));
  expect(logRecords(reuse.join(''))).toMatchObject([shownIn('docs/security-events.md')]);
});
