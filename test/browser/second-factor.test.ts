import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { AuthenticatorApp } from '../support/authenticator-app.ts';
import { ALL_ROOMS, PASSWORD } from '../support/server.ts';
import { storeKinds } from '../support/stores.ts';
import { startBuiltServer, type BuiltServer } from './built-server.ts';
import { ExamplePage } from './example-page.ts';
import { ExampleSite } from './example-site.ts';
import { readQrCode } from './read-qr-code.ts';
import { launchBrowser, seriousFaults, shows, Visitor } from './visitor.ts';

describe.each(storeKinds)('the example app with a second factor, on %s', (kind) => {
  let browser: Browser;
  let server: BuiltServer;
  let site: ExampleSite;
  let visitor: Visitor;
  beforeAll(async () => {
    [browser, server] = await Promise.all([launchBrowser(), startBuiltServer(ALL_ROOMS, kind)]);
    site = await ExampleSite.start(server.url, { VITE_ACCOUNT: 'on' });
    visitor = await Visitor.at(browser, site.url);
  });
  afterAll(async () => {
    await visitor.leave();
    await browser.close();
    await site.close();
    await server.remove();
  });

  test('adds an app, signs in with a code and with a recovery code, steps up, and removes the app', async () => {
    const page = new ExamplePage(await visitor.open(site.url));
    const { tab } = page;
    await page.signInAndSee();
    const form = (name: string) => tab.getByRole('form', { name });
    await form('Second factor').getByLabel('Password').fill(PASSWORD);
    await page.press('Add an app');
    const uri = (await tab.getByRole('link', { name: 'open it on this device' }).getAttribute('href')) ?? '';
    expect(await readQrCode(tab)).toBe(uri);
    const app = new AuthenticatorApp(uri);
    const code = () => app.code(server.clock.read());
    expect(await seriousFaults(tab)).toEqual([]);
    await tab.getByLabel('First code').fill('000000');
    await page.press('Confirm the app');
    await shows(page.text('This code is wrong'));
    await tab.getByLabel('First code').fill(code());
    await page.press('Confirm the app');
    const list = tab.getByRole('list', { name: 'Recovery codes' });
    await shows(list);
    const recovery = await list.getByRole('listitem').allTextContents();
    expect(recovery).toHaveLength(10);
    await page.press('Sign out');

    server.clock.advance(30);
    await page.signIn();
    await tab.getByLabel('Code').fill('000000');
    await page.press('Continue');
    await shows(page.text('This code is wrong'));
    expect(await seriousFaults(tab)).toEqual([]);
    await tab.getByLabel('Code').fill(code());
    await page.press('Continue');
    await shows(page.greeting);
    await page.press('Sign out');
    await page.signIn();
    await tab.getByLabel('Code').fill(` ${(recovery[0] ?? '').toLowerCase()} `);
    await page.press('Continue');
    await shows(page.text('Recovery codes left: 9.'));

    await page.press('Show what is stored about me');
    await shows(page.text('"username": "alice"'));
    server.clock.advance(601);
    await page.press('Show what is stored about me');
    await shows(page.text('Confirm that it is you.'));
    await form('Confirm that it is you').getByLabel('Password').fill(PASSWORD);
    await form('Confirm that it is you').getByLabel('Code').fill(code());
    await page.press('Confirm');
    await shows(tab.getByRole('button', { name: 'Remove the app' }));
    expect(await seriousFaults(tab)).toEqual([]);
    server.clock.advance(30);
    await form('Second factor').getByLabel('Password').fill(PASSWORD);
    await form('Second factor').getByLabel('Code').fill(code());
    await page.press('Remove the app');
    await shows(page.text('Sign-ins ask for the password alone.'));
    await page.press('Sign out');
    await page.signInAndSee();
  });

  test('signs in to the console of the server with a code, too', async () => {
    const { auth, clock, url } = server;
    const [user] = await auth.users.list(1);
    const record = user ?? (await auth.users.create({ username: 'alice', password: PASSWORD }));
    const { enrolment } = auth.rooms;
    const { uri } = (await enrolment?.begin({ ...record, usernameKey: 'alice', passwordHash: '' })) ?? { uri: '' };
    const app = new AuthenticatorApp(uri);
    await enrolment?.confirm(record.id, app.code(clock.read()), { userAgent: null, ipAddress: null });
    clock.advance(30);
    const there = await Visitor.at(browser, url);
    const tab = await there.open(new URL('/console', url).href);
    await tab.getByLabel('Username').fill('alice');
    await tab.getByLabel('Password').fill(PASSWORD);
    await tab.getByRole('button', { name: 'Sign in' }).click();
    await tab.getByLabel('Code').fill(app.code(clock.read()));
    await tab.getByRole('button', { name: 'Sign in' }).click();
    expect(await shows(tab.getByRole('button', { name: 'Sign out', exact: true }))).toBe(true);
    await there.leave();
  });
});
