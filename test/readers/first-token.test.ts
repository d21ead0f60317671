import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { ExplorerPage } from '../browser/explorer-page.ts';
import { launchBrowser, shows, Visitor } from '../browser/visitor.ts';
import { Reader } from '../support/reader.ts';
import { blocksOf, withReplacements } from '../support/runbook.ts';
import { snippetsOf } from '../support/snippets.ts';

const ROOT = join(import.meta.dirname, '../..');
const MOST_SECONDS = 120;
const MOST_BUSY = 0.2;

/** The share of all cores that is in use, over two seconds. */
async function busyShare(): Promise<number> {
  const read = () => {
    const times = cpus().map((cpu) => cpu.times);
    const idle = times.reduce((sum, each) => sum + each.idle, 0);
    return { idle, all: times.reduce((sum, { user, nice, sys, irq }) => sum + user + nice + sys + irq, idle) };
  };
  const before = read();
  await setTimeout(2000);
  const after = read();
  return 1 - (after.idle - before.idle) / (after.all - before.all);
}

/** With an empty cache of npm, as on a machine that has never had it. */
const cache = mkdtempSync(join(tmpdir(), 'reader-cache-'));
const reader = new Reader({ npm_config_cache: cache });
let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await reader.leave();
  rmSync(cache, { recursive: true, force: true });
});

test('README leads from a clone to a signed-in page in under two minutes, and to the first token', async () => {
  const others = await busyShare();
  const began = Date.now();
  const seconds = () => (Date.now() - began) / 1000;
  const [begin = ''] = snippetsOf('README.md', 'sh');
  const commands = withReplacements(begin, { REPOSITORY: `file://${ROOT}` });
  const server = await reader.start(commands, /tokenObtainPair/);
  const served = seconds();
  const [, url = ''] = / serves (http\S+)\n/.exec(server.printed()) ?? [];
  const [, name = '', password = ''] = /shown this once\): (\S+) \/ (\S+)/.exec(server.printed()) ?? [];
  const visitor = await Visitor.at(browser, url);
  const page = new ExplorerPage(await visitor.open(url));
  await page.signIn(password, name);
  await shows(page.signedIn.getByText(name));
  const signedIn = seconds();
  await page.run('Hello');
  expect(await shows(page.response.getByText(`Hello, ${name}!`))).toBe(true);
  await visitor.leave();
  console.log(
    `from the clone to "serves" ${served.toFixed(0)} s, to the signed-in page ${signedIn.toFixed(0)} s; others ` +
      `had ${(others * 100).toFixed(0)} % of ${cpus().length} cores before, load ${loadavg()
        .map((each) => each.toFixed(1))
        .join(' ')} since`,
  );

  const [create = '', signIn = '', hello = ''] = blocksOf('README.md', 'The first token', 'sh');
  await reader.run(create);
  const { data } = JSON.parse(await reader.run(signIn)) as {
    readonly data: { readonly tokenObtainPair: { readonly access: string } };
  };
  const greeting = await reader.run(withReplacements(hello, { ACCESS: data.tokenObtainPair.access }));
  const [shown = ''] = blocksOf('README.md', 'The first token', 'json');
  expect(JSON.parse(greeting)).toEqual(JSON.parse(shown));
  // It is promised of an idle machine.
  expect(others > MOST_BUSY || signedIn < MOST_SECONDS).toBe(true);
}, 600_000);
