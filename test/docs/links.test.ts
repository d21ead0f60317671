import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isShown, SOURCES } from '../../site/shown.mjs';
import { DOCUMENTS } from '../support/documents.ts';

const ROOT = join(import.meta.dirname, '../..');
const textOf = (document: string) => readFileSync(join(ROOT, document), 'utf8');
const withoutBlocks = (document: string) => textOf(document).replaceAll(/^( *)```.*?^\1```$/gms, '');
/** Without what is code, where brackets mean something else. */
const proseOf = (document: string) => withoutBlocks(document).replaceAll(/`[^`\n]*`/g, '');

/** The links of a document to this repository, each as a path from the root and, where one is named, a heading. */
const linksOf = (document: string): readonly (readonly [path: string, heading: string | undefined])[] =>
  Array.from(proseOf(document).matchAll(/\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]*))?\)/g), ([, path = '', heading]) => [
    path === '' ? document : join(dirname(document), path),
    heading,
  ]);

/** As GitHub makes the anchor of a heading. */
const anchorsOf = (document: string): readonly string[] =>
  Array.from(withoutBlocks(document).matchAll(/^#+ (.+)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe('the links', () => {
  test.each(DOCUMENTS)('of %s lead somewhere', (document) => {
    const broken = linksOf(document).filter(([path, heading]) => {
      if (!existsSync(join(ROOT, path))) return true;
      return heading !== undefined && path.endsWith('.md') && !anchorsOf(path).includes(heading);
    });
    expect(broken).toEqual([]);
  });

  test.each(DOCUMENTS)('and the tests that %s names are there', (document) => {
    const named = Array.from(
      withoutBlocks(document).matchAll(/`((?:test|scripts|bench)\/[\w./-]+\.(?:ts|mjs))`/g),
      ([, path = '']) => path,
    );
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test.each(DOCUMENTS.filter((document) => document.includes('/') || document === 'README.md'))(
    'of %s lead to what the documentation site shows',
    (document) => {
      const missing = linksOf(document).filter(([path]) => {
        const file = relative('', path);
        if (statSync(join(ROOT, file)).isDirectory()) return !existsSync(join(ROOT, file, 'README.md'));
        return !isShown(file) || !(file.includes('/') ? SOURCES : ['.', file]).includes(file.split('/')[0] ?? '');
      });
      expect(missing).toEqual([]);
    },
  );

  test('lead from docs/README.md to every page of docs', () => {
    const found = new Set(['docs/README.md']);
    for (const document of found) {
      for (const [path] of linksOf(document)) {
        if (path.endsWith('.md') && statSync(join(ROOT, path)).isFile()) found.add(relative('', path));
      }
    }
    expect(DOCUMENTS.filter((document) => document.startsWith('docs/') && !found.has(document))).toEqual([]);
  });
});
