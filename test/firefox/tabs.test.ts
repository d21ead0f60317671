import { describeTabs, type BrowserSession } from '../support/tab-suite.ts';

/** `puppeteer-core`, as far as it is used; `.ci/full` installs it, and Firefox. */
interface Puppeteer {
  launch(options: object): Promise<{
    createBrowserContext(): Promise<BrowserSession>;
    close(): Promise<void>;
  }>;
}

const PUPPETEER = 'puppeteer-core';
const EXECUTABLE = process.env['FIREFOX'] ?? '/usr/bin/firefox-esr';

describeTabs('Firefox', async () => {
  const puppeteer = ((await import(PUPPETEER)) as { default: Puppeteer }).default;
  const firefox = await puppeteer.launch({ browser: 'firefox', executablePath: EXECUTABLE, headless: true });
  return { newSession: () => firefox.createBrowserContext(), close: () => firefox.close() };
});
