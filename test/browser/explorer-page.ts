import type { Locator, Page } from 'playwright-core';
import { PASSWORD } from '../support/server.ts';
import { again, shows } from './visitor.ts';

/** A tab with the GraphiQL page in it. */
export class ExplorerPage {
  /** The part of the bar that is there while somebody is signed in. */
  readonly signedIn: Locator;
  readonly execute: Locator;
  readonly response: Locator;

  constructor(readonly tab: Page) {
    this.signedIn = tab.getByRole('region', { name: 'Signed in' });
    this.execute = tab.getByRole('button', { name: /^Execute query/ });
    this.response = tab.locator('.result-window');
  }

  async signIn(password = PASSWORD, username = 'alice'): Promise<void> {
    await this.tab.getByLabel('Username').fill(username);
    await this.tab.getByLabel('Password').fill(password);
    await this.tab.getByRole('button', { name: 'Sign in', exact: true }).click();
  }

  /** Shows one of the operations that the page opens with. GraphiQL that is still loading takes a click and does nothing. */
  async choose(operation: string): Promise<void> {
    const tab = this.tab.locator('.graphiql-tabs').getByRole('button', { name: operation, exact: true });
    await again(() => tab.click(), this.tab.locator('.graphiql-query-editor .monaco-editor').getByText(operation));
  }

  /** Runs one of the operations that the page opens with. */
  async run(operation: string): Promise<void> {
    await this.choose(operation);
    const running = this.tab.getByRole('button', { name: /^Stop query/ });
    await again(() => this.execute.click(), running.or(this.response.getByText(/\w/)));
  }

  /** Runs an operation; resolves to its answer once that has this word in it. */
  async sends(operation: string, word: string): Promise<string> {
    await this.run(operation);
    await shows(this.response.getByText(word));
    const text = (await this.response.textContent()) ?? '';
    return text.replaceAll('\u00a0', ' '); // the editor's spaces do not break
  }

  async openTokenPanel(): Promise<Locator> {
    await this.tab.getByRole('button', { name: 'Show Token' }).click();
    const panel = this.tab.getByRole('region', { name: 'Token' });
    await shows(panel);
    return panel;
  }
}
