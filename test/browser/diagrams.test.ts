import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { DOCUMENTS } from '../support/documents.ts';
import { allSnippets } from '../support/snippet-checks.ts';
import { launchBrowser } from './visitor.ts';

/** Mermaid, as its script is known to a page. */
declare const mermaid: {
  initialize(options: { readonly startOnLoad: boolean }): void;
  render(id: string, code: string): Promise<{ readonly svg: string }>;
};

const require = createRequire(import.meta.url);
const MERMAID = require.resolve('@mermaid-js/tiny');
const diagrams = DOCUMENTS.flatMap((document) =>
  allSnippets(document)
    .filter(({ language }) => language === 'mermaid')
    .map(({ code, line }) => ({ code, place: `${document}:${line}` })),
);

describe('the diagrams of the documents', () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await launchBrowser();
    page = await browser.newPage();
    await page.addScriptTag({ path: MERMAID });
    await page.evaluate(() => mermaid.initialize({ startOnLoad: false }));
  });
  afterAll(() => browser.close());

  /** All that can be read in a diagram, once Mermaid has drawn it. */
  async function draw(code: string): Promise<string> {
    return page.evaluate(async (source) => {
      const { svg } = await mermaid.render('diagram', source);
      const drawn = new DOMParser().parseFromString(svg, 'text/html');
      drawn.querySelectorAll('style').forEach((style) => style.remove());
      return drawn.body.textContent;
    }, code);
  }

  test.each(diagrams)('$place is drawn with all its labels', async ({ code }) => {
    const labels = Array.from(code.matchAll(/: (.+)$/gm), ([, label = '']) => label);
    expect(labels.length).toBeGreaterThan(0);
    const drawn = await draw(code);
    expect(labels.filter((label) => !drawn.includes(label))).toEqual([]);
  });

  test('would not be drawn with an arrow that is none', async () => {
    await expect(draw('stateDiagram-v2\n  [*] --> Live\n  Live -> Ended\n')).rejects.toThrow('Parse error on line 3');
  });
});
