import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { ALL_ROOMS, PASSWORD } from '../support/server.ts';
import { ConsoleSite } from './console-site.ts';
import { launchBrowser, shows } from './visitor.ts';

/** The name of what has the focus, as a screen reader would say it. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    const label = element instanceof HTMLInputElement ? element.labels?.[0]?.firstChild?.textContent : null;
    return element?.getAttribute('aria-label') ?? label ?? element?.textContent?.trim() ?? '';
  });

/** Goes on with the Tab key to what has this name. */
async function tabTo(page: Page, name: string, most = 120): Promise<void> {
  const seen: string[] = [];
  for (let step = 0; step < most; step += 1) {
    await page.keyboard.press('Tab');
    const at = await focused(page);
    if (at === name) return;
    seen.push(at);
  }
  throw new Error(`The Tab key does not lead to ${name}, only to ${seen.join(', ')}.`);
}

async function press(page: Page, name: string): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press('Enter');
}

/** Presses a button that asks, and says yes. */
async function confirm(page: Page, name: string): Promise<void> {
  await press(page, name);
  await shows(page.getByRole('alertdialog'));
  await press(page, name);
  await page.getByRole('alertdialog').waitFor({ state: 'detached' });
}

async function type(page: Page, label: string, text: string): Promise<void> {
  await tabTo(page, label);
  await page.keyboard.type(text);
}

describe('the console with a keyboard alone', () => {
  let browser: Browser;
  let site: ConsoleSite;
  let page: Page;
  beforeAll(async () => {
    browser = await launchBrowser();
    site = await ConsoleSite.start(browser, ALL_ROOMS);
    page = (await site.open()).page;
    await shows(page.getByLabel('Username'));
  });
  afterAll(async () => {
    try {
      await site.close();
    } finally {
      await browser.close();
    }
  });

  test('an admin signs in and does all there is to do with a user', async () => {
    await type(page, 'Username', 'root');
    await type(page, 'Password', PASSWORD);
    await page.keyboard.press('Enter');
    await shows(page.getByRole('heading', { name: 'Overview' }));
    await press(page, 'Users');
    await shows(page.getByRole('link', { name: 'alice' }));
    await type(page, 'Search by any part of a name or address', 'alic');
    await shows(page.getByText('1 user', { exact: true }));
    await press(page, 'alice');
    await shows(page.getByRole('heading', { level: 2, name: 'alice' }));
    const steps = [
      ['Make admin', 'alice is an admin.'],
      ['Remove admin', 'alice is no admin any more.'],
      ['Deactivate', 'alice is deactivated.'],
      ['Activate', 'alice can sign in.'],
      ['Remove second factor', 'Sign-ins ask for the password alone.'],
    ] as const;
    for (const [name, done] of steps) {
      await confirm(page, name);
      await shows(page.getByText(done));
    }
    await type(page, 'Role', 'EDITOR');
    await page.keyboard.press('Enter');
    await shows(page.getByText('alice has the role EDITOR.'));
    await press(page, 'Remove role EDITOR');
    await shows(page.getByText('alice no longer has the role EDITOR.'));
    await type(page, 'New password of alice', 'violet-anchor-tundra-93');
    await press(page, 'Set password');
    await shows(page.getByText('The password of alice is set'));
    await confirm(page, 'Delete user');
    await shows(page.getByRole('heading', { level: 2, name: 'Users' }));
    expect(await site.server.auth.users.findByUsername('alice')).toBeNull();
  });

  test('a dialog keeps the focus, Escape closes it, and the focus goes back', async () => {
    await press(page, 'Invite user');
    await shows(page.getByRole('dialog'));
    const inside = new Set<string>();
    // Several times around: a key that comes while the focus goes back to the start leads past it.
    for (let step = 0; step < 24; step += 1) {
      await page.keyboard.press('Tab');
      inside.add(await focused(page));
    }
    for (const name of ['Username', 'E-mail address', 'Cancel']) expect(inside).toContain(name);
    for (const name of ['Overview', 'Sign out']) expect(inside).not.toContain(name);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await shows(page.locator(':focus', { hasText: /^Invite user$/ }));
  });

  test('every other view can be gone to, and its actions too', async () => {
    for (const view of ['Keys', 'Services', 'Audit', 'Activity']) {
      await press(page, view);
      await shows(page.getByRole('heading', { level: 2, name: view }));
    }
    await press(page, 'Week');
    await shows(page.getByRole('button', { name: 'Week', pressed: true }));
    await press(page, 'As a table');
    await shows(page.getByRole('table'));
    await press(page, 'Settings');
    await shows(page.getByRole('heading', { level: 2, name: 'Settings' }));
    await type(page, 'Current password', PASSWORD);
    await type(page, 'New password', 'amber-kettle-tundra-93');
    await page.keyboard.press('Enter');
    await shows(page.getByText('The password is changed'));
    await press(page, 'Sessions');
    await shows(page.getByText('This session'));
    await confirm(page, 'Revoke all others');
    await shows(page.getByText('All other sessions are revoked.'));
    await press(page, 'Sign out');
    expect(await shows(page.getByText('You are signed out.'))).toBe(true);
  });
});
