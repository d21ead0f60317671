import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startBuiltServer, type BuiltServer } from '../browser/built-server.ts';
import { PASSWORD } from '../support/server.ts';
import { launchFirefox, type Firefox } from './launch-firefox.ts';

let firefox: Firefox;
let server: BuiltServer;
beforeAll(async () => {
  [firefox, server] = await Promise.all([launchFirefox(), startBuiltServer({ NODE_ENV: 'development' })]);
});
afterAll(async () => {
  await firefox.close();
  await server.remove();
});

const EDITOR = '.graphiql-query-editor .monaco-editor .view-lines';
const has = (selector: string, text: string): string =>
  `document.querySelector('${selector}')?.textContent.replaceAll('\\u00a0', ' ').includes('${text}')`;
const clickTab = (name: string): string =>
  `[...document.querySelectorAll('.graphiql-tabs button')].find(({ textContent }) => textContent.trim() === '${name}').click()`;

test('GraphiQL makes its editors one after the other, fills in the token, and answers', async () => {
  const session = await firefox.createBrowserContext();
  const page = await session.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  /** Does something again until its effect shows: GraphiQL that is still loading takes a click and does nothing. */
  const until = (effect: string, action = '') =>
    page.evaluate(`new Promise((resolve) => {
      const look = () => {
        if (${effect}) return resolve(0);
        ${action};
        setTimeout(look, 200);
      };
      look();
    })`);
  await page.evaluateOnNewDocument(`globalThis.made = [];
    new MutationObserver(() => {
      const editors = document.querySelectorAll(':is(.graphiql-editor, .result-window) > .monaco-editor').length;
      if (editors > 0 && made.at(-1) !== editors) made.push(editors);
    }).observe(document, { childList: true, subtree: true });`);
  await page.goto(server.url);
  await until(has(EDITOR, 'tokenObtainPair'));
  expect(await page.evaluate('JSON.stringify(made)')).toBe('[1,2,3,4]');

  await page.type('[autocomplete=username]', 'alice');
  await page.type('[type=password]', PASSWORD);
  await page.keyboard.press('Enter');
  await until(has('body', 'Sign out'));
  await until(has(EDITOR, 'hello'), clickTab('Hello'));
  await until(
    has('.result-window', 'Hello, alice!'),
    `document.querySelector('.graphiql-execute-button[aria-label^=Execute]')?.click()`,
  );
  expect(problems).toEqual([]);
  await session.close();
});
