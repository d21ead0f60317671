import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { endProcesses, runCli, startProcess, TEST_ENV } from '../support/process.ts';
import { PASSWORD } from '../support/server.ts';
import { newPlace, type Place } from '../support/stores.ts';
import { ExamplePage } from './example-page.ts';
import { ExampleSite } from './example-site.ts';
import { launchBrowser, shows, Visitor } from './visitor.ts';

describe('a restart of the server', () => {
  let browser: Browser;
  let place: Place;
  let site: ExampleSite;
  beforeEach(async () => {
    place = newPlace('sqlite');
    browser = await launchBrowser();
  });
  afterEach(async () => {
    await browser.close();
    await site.close();
    await endProcesses();
    await place.remove();
  });

  test('signs nobody out, whatever was under way', async () => {
    // Tokens that live for seconds are refreshed all the time, and so while the server is away.
    const env = { ...TEST_ENV, ...place.env, JWT_ACCESS_TOKEN_LIFETIME: '5s' };
    const first = await startProcess({ env });
    const alice = ['users', 'create', 'alice', '--password-stdin'];
    expect(await runCli(alice, { env, input: PASSWORD })).toMatchObject({ code: 0 });
    site = await ExampleSite.start(first.url);
    const visitor = await Visitor.at(browser, site.url);
    visitor.allowProblem(/^WebSocket connection to .* failed/); // where one is opened while the server is gone
    const pages = [
      new ExamplePage(await visitor.open(site.url)),
      new ExamplePage(await visitor.open(site.url)),
    ] as const;
    await pages[0].signInAndSee();
    await shows(pages[1].greeting);
    const { port } = new URL(first.url);
    for (let round = 0; round < 3; round += 1) {
      const running = round === 0 ? first : await startProcess({ env: { ...env, PORT: port } });
      for (const page of pages) await page.press('Ask 50 at once');
      await running.kill('SIGKILL');
    }
    await startProcess({ env: { ...env, PORT: port } });
    for (const page of pages) expect(await page.askFifty()).toBe(true);
    expect(visitor.count('tokenObtainPair')).toBe(1);
    await visitor.leave();
  });
});
