import type { BrowserOfTabs, BrowserSession } from '../support/tab-suite.ts';

/** A page, as far as it is used. */
interface Page {
  goto(url: string): Promise<unknown>;
  evaluate(expression: string): Promise<unknown>;
  evaluateOnNewDocument(code: string): Promise<unknown>;
  type(selector: string, text: string): Promise<void>;
  on(event: 'pageerror', listener: (error: unknown) => void): unknown;
  close(): Promise<unknown>;
  readonly keyboard: { press(key: string): Promise<void> };
}

/** `puppeteer-core`, as far as it is used; `.ci/full` installs it, and Firefox. */
interface Puppeteer {
  launch(options: object): Promise<Firefox>;
}

/** A Firefox without a window. */
export interface Firefox extends Pick<BrowserOfTabs, 'close'> {
  createBrowserContext(): Promise<Pick<BrowserSession, 'close'> & { newPage(): Promise<Page> }>;
}

const PUPPETEER = 'puppeteer-core';
const EXECUTABLE = process.env['FIREFOX'] ?? '/usr/bin/firefox-esr';

/** Debian's Firefox, or the one that FIREFOX names. */
export async function launchFirefox(): Promise<Firefox> {
  const puppeteer = ((await import(PUPPETEER)) as { default: Puppeteer }).default;
  return puppeteer.launch({ browser: 'firefox', executablePath: EXECUTABLE, headless: true });
}
