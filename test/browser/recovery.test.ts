import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { Mailbox } from '../support/mailbox.ts';
import { describeEachStore } from '../support/stores.ts';
import { startBuiltServer, type BuiltServer } from './built-server.ts';
import { ExampleSite } from './example-site.ts';
import { launchBrowser, overflow, seriousFaults, shows, Visitor } from './visitor.ts';

const SETTINGS = { EMAIL: 'on', PASSWORD_RESET: 'on', REGISTRATION: 'on', NOTICES: 'on' };
const [FIRST, SECOND] = ['seven quiet lanterns', 'tall amber kettles sing'];

describeEachStore('registration and a forgotten password, in the example app', (kind) => {
  let browser: Browser;
  let mailbox: Mailbox;
  let server: BuiltServer;
  let site: ExampleSite;
  let visitor: Visitor | undefined;
  beforeAll(async () => {
    [browser, mailbox] = await Promise.all([launchBrowser(), Mailbox.open()]);
    server = await startBuiltServer({ ...SETTINGS, ...mailbox.env, ACCOUNT_URL: 'http://127.0.0.1:9/account' }, kind);
    site = await ExampleSite.start(server.url, { VITE_RECOVERY: 'on' });
  });
  afterEach(async () => visitor?.leave());
  afterAll(async () => {
    await browser.close();
    await site.close();
    await server.remove();
    await mailbox.close();
  });

  const press = (tab: Page, name: string) => tab.getByRole('button', { name, exact: true }).click();
  const fill = (tab: Page, label: string, text: string) => tab.getByLabel(label).fill(text);
  /** What follows the page in the link of the latest mail. */
  const linked = async (address: string) => {
    await server.auth.deliverMail();
    const [fragment = ''] = /#\w+=[\w-]+$/m.exec(mailbox.to(address).at(-1)?.text ?? '') ?? [];
    return `${site.url}${fragment}`;
  };

  test('go by the links of real mails, and the token stays in no address', async () => {
    visitor = await Visitor.at(browser, site.url, { viewport: { width: 360, height: 740 } });
    let tab = await visitor.open(site.url);
    await press(tab, 'Create an account');
    await fill(tab, 'Username', 'carol');
    await fill(tab, 'E-mail address', 'carol@example.com');
    await fill(tab, 'New password', FIRST);
    expect(await seriousFaults(tab)).toEqual([]);
    expect(await overflow(tab)).toBe(0);
    await press(tab, 'Create account');
    await shows(tab.getByText('Open the link that was sent to carol@example.com.'));
    await press(tab, 'Go on');
    await shows(tab.getByRole('heading', { name: 'Hello, carol!' }));
    await tab.close();

    tab = await visitor.open(await linked('carol@example.com'));
    await shows(tab.getByText('carol@example.com is now the e-mail address of your account.'));
    expect(tab.url()).toBe(site.url);
    await press(tab, 'Go on');
    await press(tab, 'Sign out');

    await press(tab, 'Forgot your password?');
    await fill(tab, 'Username or e-mail address', 'carol@example.com');
    await press(tab, 'Send a link');
    await shows(tab.getByText('a link was sent to its e-mail address'));
    await tab.close();
    tab = await visitor.open(await linked('carol@example.com'));
    expect(tab.url()).toBe(site.url);
    await fill(tab, 'New password', 'password');
    await press(tab, 'Set password');
    await shows(tab.getByText(/too easy to guess|too short/));
    await fill(tab, 'New password', SECOND);
    await press(tab, 'Set password');
    await shows(tab.getByText('all your sessions have ended'));
    await press(tab, 'Go on');
    await fill(tab, 'Username or e-mail address', 'Carol@Example.com');
    await fill(tab, 'Password', SECOND);
    await press(tab, 'Sign in');
    await shows(tab.getByRole('heading', { name: 'Hello, carol!' }));
  });
});
