import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type LaunchOptions,
  type Locator,
  type Page,
  type Route,
} from 'playwright-core';

/** Debian's Chromium, or the one that CHROMIUM names. */
const WHOLE = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** The same engine without what a window needs, at two thirds of the cost, where it is installed. */
const SHELL = '/usr/bin/chromium-headless-shell';
const HEADLESS = process.env['CHROMIUM'] === undefined && existsSync(SHELL) ? SHELL : WHOLE;

/** Without these the browser looks for its maker's hosts. */
const QUIET = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update'];

/** `insecure.test` is this machine too, but no secure context: browsers trust `127.0.0.1` alone without TLS. */
const NAMES = '--host-resolver-rules=MAP insecure.test 127.0.0.1';

/** What each launch has in common. */
function launchOptions(executablePath: string): LaunchOptions {
  if (!existsSync(executablePath)) {
    throw new Error(`There is no browser at ${executablePath}: install one, or set CHROMIUM.`);
  }
  return { executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-sync', NAMES, ...QUIET] };
}

export const launchBrowser = (): Promise<Browser> => chromium.launch(launchOptions(HEADLESS));

/** A person at a browser of their own, with storage and cookies of their own, and any number of tabs. */
export class Visitor {
  readonly #context: BrowserContext;
  readonly #origin: string;
  /** Requests to another host than the server: there must be none. */
  readonly #strangers: string[] = [];
  /** What went wrong in the pages: there must be nothing but what the test is about. */
  readonly #problems: string[] = [];
  #expected: RegExp | null = null;
  #mustMeet = true;
  /** The root fields of the operations that were sent. */
  readonly operations: string[] = [];
  /** The header of the last of them. */
  lastAuthorization: string | undefined;

  private constructor(
    context: BrowserContext,
    origin: string,
    /** Its profile, if that is a folder of its own. */
    readonly folder: string | null = null,
  ) {
    this.#context = context;
    this.#origin = origin;
    context.setDefaultTimeout(15_000);
    context.on('request', (request) => {
      const { origin: target, protocol } = new URL(request.url());
      if (/^https?:$/.test(protocol) && target !== this.#origin) this.#strangers.push(request.url());
      const query = (request.postDataJSON() as { query?: string } | null)?.query ?? '';
      const field = /{\s*(\w+)/.exec(query)?.[1];
      if (field === undefined) return;
      this.operations.push(field);
      this.lastAuthorization = request.headers()['authorization'];
    });
    context.on('weberror', (error) => this.#problems.push(String(error.error())));
    context.on('console', (message) => {
      // A request that fails is what some tests are about; the browser notes each.
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
        this.#problems.push(message.text());
    });
  }

  static async at(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visitor> {
    return new Visitor(await browser.newContext(options), new URL(url).origin);
  }

  /** Somebody whose browser blocks all cookies, and with them all storage: by its settings, which the shell does not have. */
  static async withoutCookies(url: string): Promise<Visitor> {
    const folder = mkdtempSync(join(tmpdir(), 'simplejwt-chromium-'));
    mkdirSync(join(folder, 'Default'));
    const preferences = { profile: { default_content_setting_values: { cookies: 2 } } };
    writeFileSync(join(folder, 'Default', 'Preferences'), JSON.stringify(preferences));
    const context = await chromium.launchPersistentContext(folder, launchOptions(WHOLE));
    return new Visitor(context, new URL(url).origin, folder);
  }

  async open(url: string): Promise<Page> {
    const page = await this.#context.newPage();
    await page.goto(url);
    return page;
  }

  /** The pages must meet problems like this one, and no others. */
  expectProblem(like: RegExp): void {
    this.#expected = like;
  }

  /** The pages may meet problems like this one, and no others. */
  allowProblem(like: RegExp): void {
    this.expectProblem(like);
    this.#mustMeet = false;
  }

  /** Has WebSockets that never open in each page that is opened later: what they would ask for is not counted. */
  withoutSockets(): Promise<unknown> {
    return this.prepare(`globalThis.WebSocket = class extends EventTarget {
      static CONNECTING = 0; static OPEN = 1; static CLOSING = 2; static CLOSED = 3;
      close() {}
    }`);
  }

  /** Runs a script in each page that is opened later, before its own. */
  prepare(script: string): Promise<unknown> {
    return this.#context.addInitScript(script);
  }

  /** From now on the time of the pages goes on by itself and can be moved; for pages that are opened afterwards. */
  takeTime(): Promise<void> {
    return this.#context.clock.install();
  }

  moveTime(seconds: number): Promise<void> {
    return this.#context.clock.fastForward(seconds * 1000);
  }

  /** The network swallows every refresh from now on. */
  async refuseRefreshes(): Promise<void> {
    await this.intercept('tokenRefresh', (route) => route.abort('connectionreset'));
  }

  /** Keeps files with this in their name from arriving until it is called. */
  async hold(name: string): Promise<() => void> {
    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    await this.#context.route(`**/*${name}*`, async (route) => {
      await released;
      await route.continue();
    });
    return release;
  }

  /** Something else answers the operations with this field, until what this resolves to is called. */
  async intercept(field: string, answer: (route: Route) => Promise<void>): Promise<() => Promise<void>> {
    const asksFor = new RegExp(`\\b${field}\\b`);
    const handle = (route: Route) =>
      asksFor.test(route.request().postData() ?? '') ? answer(route) : route.fallback();
    await this.#context.route('**/graphql', handle);
    return () => this.#context.unroute('**/graphql', handle);
  }

  goOffline(): Promise<void> {
    return this.#context.setOffline(true);
  }

  goOnline(): Promise<void> {
    return this.#context.setOffline(false);
  }

  cookies(): ReturnType<BrowserContext['cookies']> {
    return this.#context.cookies();
  }

  /** How often a root field was asked for. */
  count(field: string): number {
    return this.operations.filter((name) => name === field).length;
  }

  /** Ends the visit; throws if a page asked another host, met an error nobody expected, or did not meet one that was expected. */
  async leave(): Promise<void> {
    await this.#context.close();
    // Its processes still write when it is closed.
    if (this.folder !== null) await rm(this.folder, { recursive: true, maxRetries: 10 });
    const expected = this.#expected;
    const problems = this.#problems.filter((problem) => expected?.test(problem) !== true);
    const strangers = this.#strangers.map((url) => `asked another host: ${url}`);
    const isMissing = expected !== null && this.#mustMeet && problems.length === this.#problems.length;
    const complaints = [...strangers, ...problems, ...(isMissing ? [`met no problem like ${expected}`] : [])];
    if (complaints.length > 0) throw new Error(complaints.join('\n'));
  }
}

/** One fault that axe finds, with the elements that have it. */
interface Fault {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly target: unknown; readonly failureSummary?: string }[];
}

/** The accessibility faults of a page that keep somebody from using it. */
export async function seriousFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<{ violations: Fault[] }>('axe.run()');
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return serious.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${JSON.stringify(target)}: ${failureSummary ?? ''}`),
  );
}

/** Waits until something is on the page. */
export async function shows(element: Locator): Promise<true> {
  await element.first().waitFor();
  return true;
}

/** Does something once a second until it is on the page. */
export async function again(act: () => Promise<unknown>, element: Locator, attempts = 15): Promise<void> {
  await act();
  const isShown = await element
    .first()
    .waitFor({ timeout: 1000 })
    .then(
      () => true,
      () => false,
    );
  if (isShown) return;
  if (attempts === 1) throw new Error(`${String(element)} was not shown.`);
  await again(act, element, attempts - 1);
}

/** By how many pixels a page is wider than its window. */
export async function overflow(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
