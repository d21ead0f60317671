import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { DOCUMENTS } from '../support/documents.ts';
import { allSnippets, CHECKS, docstringExamples } from '../support/snippet-checks.ts';
import { compileTypeScript } from '../support/snippets.ts';

const ROOT = join(import.meta.dirname, '../..');

const SOURCES = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => join('src', file));

/** Which other check reads the blocks of these languages, and in which document alone. `''` is what a program prints. */
const ELSEWHERE: Readonly<Record<string, { readonly reader: string; readonly only?: string }>> = {
  '': { reader: 'test/main/start.test.ts', only: 'README.md' },
  ts: { reader: 'the compiler, below' },
  mermaid: { reader: 'Mermaid, in test/browser/diagrams.test.ts' },
  text: { reader: 'the mailer, in test/core/mail/templates.test.ts', only: 'docs/recovery.md' },
  nginx: { reader: 'nginx, in npm run check:deploy', only: 'docs/deploy/docker-compose.md' },
  python: { reader: 'Python, in test/interop/snippets.test.ts' },
};

describe('the documents', () => {
  test.each(DOCUMENTS)('%s leaves no block open, or fenced in a way that is not looked for', (document) => {
    const fences = readFileSync(join(ROOT, document), 'utf8').match(/^[ >]*(?:```|~~~)/gm) ?? [];
    expect(fences).toHaveLength(2 * allSnippets(document).length);
  });

  test.each(DOCUMENTS)('%s shows what its tool can read', (document) => {
    const faults = allSnippets(document).flatMap(({ language, code, line }) => {
      const { reader, only = document } = ELSEWHERE[language] ?? {};
      if (reader !== undefined && only !== document) return [`"${language}" is read in ${only} alone, by ${reader}`];
      if (reader !== undefined) return [];
      const check = CHECKS[language];
      if (check === undefined) return [`Add a check of "${language}" to test/support/snippet-checks.ts`];
      return check(code, line).map((fault) => `${fault}, in:\n${code}`);
    });
    expect(faults).toEqual([]);
  });

  test.each([
    ['swift', 'let answer = ask()\nfunc ask( -> Int { 42 }\n'],
    ['kotlin', 'val answer = ask()\nfun ask() Int = 42\n'],
    ['dart', 'final answer = ask();\nint ask() => 42\n'],
  ])('would be told in which line %s is wrong', (language, code) => {
    expect(CHECKS[language]?.(code, 7)).toEqual([expect.stringMatching(`^line 8 is no ${language}`)]);
  });

  test('and docstrings show TypeScript that compiles against this build', async () => {
    const blocks = DOCUMENTS.flatMap((document) =>
      allSnippets(document)
        .filter(({ language }) => language === 'ts')
        .map(({ code }, index) => ({ name: `${document.replaceAll(/\W/g, '-')}-${index + 1}`, code })),
    );
    // It uses packages of React Native, which are not here.
    const app = {
      name: 'react-native',
      code: readFileSync(join(ROOT, 'examples/mobile/react-native/client.ts'), 'utf8'),
    };
    const examples = SOURCES.flatMap((file) =>
      docstringExamples(file).map((code, index) => ({ name: `${file.replaceAll(/\W/g, '-')}-${index + 1}`, code })),
    );
    expect(blocks.length).toBeGreaterThan(15);
    expect(examples.length).toBeGreaterThan(7);
    expect(await compileTypeScript([...blocks, app, ...examples])).toEqual([]);
  });
});
