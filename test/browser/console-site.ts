import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { PASSWORD } from '../support/server.ts';
import { startBuiltServer, type BuiltServer } from './built-server.ts';
import { launchBrowser, shows, Visitor } from './visitor.ts';

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

  /** For those who are not signed in; `place` is what follows `/console`. */
  async open(options: BrowserContextOptions = {}, place = ''): Promise<ConsoleTab> {
    const visitor = await Visitor.at(this.#browser, this.server.url, options);
    this.#visitors.push(visitor);
    return { visitor, page: await visitor.open(new URL(`/console${place}`, this.server.url).href) };
  }

  async visit(username: string, options: BrowserContextOptions = {}): Promise<ConsoleTab> {
    const tab = await this.open(options);
    await signIn(tab.page, username);
    return tab;
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

export async function signIn(page: Page, username: string, password = PASSWORD): Promise<void> {
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Goes to a view by the navigation. */
export async function go(page: Page, view: string): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: view, exact: true }).click();
  await shows(page.getByRole('heading', { level: 2, name: view, exact: true }));
}

/** Opens the page of a user, found by a part of the name. */
export async function openUser(page: Page, username: string): Promise<void> {
  await go(page, 'Users');
  await page.getByLabel('Search by any part').fill(username);
  await page.getByRole('listitem', { name: username, exact: true }).getByRole('link').click();
  await shows(page.getByRole('heading', { level: 2, name: username, exact: true }));
}

/** Presses a button of a page that asks before it does anything, and says yes. */
export async function confirm(page: Page, within: Page | Locator, name: string): Promise<void> {
  await within.getByRole('button', { name, exact: true }).click();
  await page.getByRole('alertdialog').getByRole('button', { name, exact: true }).click();
}
