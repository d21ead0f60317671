import type { Locator, Page } from 'playwright-core';
import { PASSWORD } from '../support/server.ts';
import { shows } from './visitor.ts';

/** A tab with the example app in it. */
export class ExamplePage {
  readonly signInHeading: Locator;
  readonly greeting: Locator;

  constructor(readonly tab: Page) {
    this.signInHeading = tab.getByRole('heading', { name: 'Sign in' });
    this.greeting = tab.getByRole('heading', { name: 'Hello, alice!' });
  }

  async signIn(password = PASSWORD): Promise<void> {
    await this.tab.getByLabel('Username').fill('alice');
    await this.tab.getByLabel('Password').fill(password);
    await this.press('Sign in');
  }

  async signInAndSee(): Promise<void> {
    await this.signIn();
    await shows(this.greeting);
  }

  press(name: string): Promise<void> {
    return this.tab.getByRole('button', { name, exact: true }).click();
  }

  text(text: string | RegExp): Locator {
    return this.tab.getByText(text);
  }

  /** Has the page ask fifty times at once; resolves when it says that all were answered. */
  async askFifty(): Promise<true> {
    await this.press('Ask 50 at once');
    return shows(this.text('50 of 50 answered'));
  }

  /** Notes from now on which main headings the page shows, one after the other. */
  async watchHeadings(): Promise<void> {
    await this.tab.evaluate(`
      headings = [document.querySelector('h1').textContent];
      new MutationObserver(() => {
        const heading = document.querySelector('h1')?.textContent;
        if (heading && heading !== headings.at(-1)) headings.push(heading);
      }).observe(document.body, { childList: true, subtree: true, characterData: true });
    `);
  }

  headingsSeen(): Promise<string[]> {
    return this.tab.evaluate<string[]>('headings');
  }
}
