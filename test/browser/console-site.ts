import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { PASSWORD } from '../support/server.ts';
import { startBuiltServer, type BuiltServer } from './built-server.ts';
import { launchBrowser, Visitor } from './visitor.ts';

/** Somebody's tab with the console in it. */
export interface ConsoleTab {
  readonly visitor: Visitor;
  readonly page: Page;
}

/** A server with the user alice and the admin root, and those who visit its console. */
export class ConsoleSite {
  readonly #visitors: Visitor[] = [];
  readonly server: BuiltServer;
  readonly #browser: Browser;

  private constructor(browser: Browser, server: BuiltServer) {
    this.#browser = browser;
    this.server = server;
  }

  static async start(browser: Browser, env: Readonly<Record<string, string>>): Promise<ConsoleSite> {
    const server = await startBuiltServer(env);
    await server.auth.users.create({ username: 'root', password: PASSWORD, isAdmin: true });
    return new ConsoleSite(browser, server);
  }

  async visit(username: string, options: BrowserContextOptions = {}): Promise<ConsoleTab> {
    const visitor = await Visitor.at(this.#browser, this.server.url, options);
    this.#visitors.push(visitor);
    const page = await visitor.open(new URL('/console', this.server.url).href);
    await signIn(page, username);
    return { visitor, page };
  }

  /** For those who need only what is on the page. */
  async signIn(username: string, options: BrowserContextOptions = {}): Promise<Page> {
    return (await this.visit(username, options)).page;
  }

  /** Ends all visits, and throws for a page that met an error nobody expected. */
  async close(): Promise<void> {
    try {
      for (const visitor of this.#visitors) await visitor.leave();
    } finally {
      await this.server.remove(); // a server that stays would keep the tests from ending
    }
  }
}

/** Gives each test of a suite a site of its own, all in one browser. */
export function siteForEachTest(use: (site: ConsoleSite) => void, env: Readonly<Record<string, string>> = {}): void {
  let browser: Browser;
  let site: ConsoleSite;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  beforeEach(async () => {
    site = await ConsoleSite.start(browser, env);
    use(site);
  });
  afterEach(() => site.close());
  afterAll(() => browser.close());
}

export async function signIn(page: Page, username: string): Promise<void> {
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Presses a button of a page that asks before it does anything, and says yes. */
export async function confirm(page: Page, within: Page | Locator, name: string): Promise<void> {
  await within.getByRole('button', { name, exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
}
