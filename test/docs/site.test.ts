import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

const SCRIPT = join(import.meta.dirname, '../../site/check-links.mjs');

/** `npm run site` builds the whole, which takes a minute; this is what fails it. */
describe('the check of links of the documentation site', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'simplejwt-site-'));
    mkdirSync(join(folder, 'docs'));
    writeFileSync(join(folder, 'docs/errors.html'), '<h2 id="every-reason">Every reason</h2>');
    writeFileSync(join(folder, 'logo.svg'), '');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const check = async (html: string) => {
    writeFileSync(join(folder, 'index.html'), html);
    const failed = (error: { stdout: string; stderr: string }) => error;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [SCRIPT, folder]).catch(failed);
    return [...stderr.split('\n'), ...stdout.split('\n')].filter((line) => line !== '');
  };

  test.each([
    ['a page', '<a href="/docs/errors.html">'],
    ['a page that is near', '<a class="link" href="./docs/errors.html">'],
    ['a heading', '<a href="/docs/errors.html#every-reason">'],
    ['a heading of the page itself', '<h1 id="top"></h1><a href="#top">'],
    ['a picture', '<img alt="" src="/logo.svg">'],
    ['another site', '<a href="https://example.com/">'],
  ])('lets pass what leads to %s', async (_, html) => {
    expect(await check(html)).toEqual(['2 pages, 1 links, 0 dead']);
  });

  test.each([
    ['/docs/gone.html', '<a href="/docs/gone.html">', 'there is no such page'],
    ['docs/', '<a href="docs/">', 'there is no such page'],
    ['/docs/errors.html#gone', '<a href="/docs/errors.html#gone">', 'the page has no such heading'],
    ['#gone', '<a href="#gone">', 'the page has no such heading'],
    ['/gone.svg', '<img src="/gone.svg">', 'there is no such page'],
    ['https://cdn.example.com/x.js', '<script src="https://cdn.example.com/x.js">', 'is loaded from another host'],
    [
      '//cdn.example.com/x.css',
      '<link rel="stylesheet" href="//cdn.example.com/x.css">',
      'is loaded from another host',
    ],
  ])('names %s in %s', async (link, html, fault) => {
    expect(await check(html)).toEqual([`index.html: ${link}: ${fault}`, '2 pages, 1 links, 1 dead']);
  });

  test('fails where there are no links at all: then nothing was built', async () => {
    const failure = promisify(execFile)(process.execPath, [SCRIPT, join(folder, 'docs')]);
    await expect(failure).rejects.toMatchObject({ code: 1, stdout: '1 pages, 0 links, 0 dead\n' });
  });
});
