import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');
const textOf = (document: string) => readFileSync(join(ROOT, document), 'utf8');

interface Point {
  readonly point: string;
  readonly state: string;
  readonly how: string;
}

/** The points of all standards, as docs/security-standards.md has them. */
const POINTS: readonly Point[] = Array.from(
  textOf('docs/security-standards.md').matchAll(/^\| (\S[^|]*?) +\| (met|not met|n\/a) +\| (.*?) +\|$/gm),
  ([, point = '', state = '', how = '']) => ({ point, state, how }),
);
/** The requirements of docs/security.md, each with its row, which names what shows it. */
const SHOWN = new Map(
  Array.from(textOf('docs/security.md').matchAll(/^\| (\d+) +\|.*$/gm), ([row, number = '']) => [`S${number}`, row]),
);
const named = (text: string) =>
  Array.from(text.matchAll(/`([a-z-]+(?:\/[\w-]+)*)`/g), ([, path = '']) => path).filter((path) =>
    [`test/${path}`, `test/${path}.test.ts`, `test/security/${path}.test.ts`].some((file) =>
      existsSync(join(ROOT, file)),
    ),
  );

/** What shows a point: tests it names, requirements, and what other points say that it refers to. */
function shownBy({ how }: Point): readonly string[] {
  const requirements = Array.from(how.matchAll(/\bS\d+\b/g), ([number]) => number);
  const others = new Set(Array.from(how.matchAll(/\bAs ([\d.]+\d)/g), ([, point]) => point));
  return [
    ...named(how),
    ...requirements.filter((number) => named(SHOWN.get(number) ?? '').length > 0),
    ...POINTS.filter(({ point, state }) => state === 'met' && others.has(point)).flatMap(shownBy),
  ];
}

test('each point of a standard that is met has a test, and each that is not says why', () => {
  expect(POINTS.length).toBeGreaterThan(100);
  expect(SHOWN.size).toBeGreaterThan(50);
  const unshown = POINTS.filter((point) => point.state === 'met' && shownBy(point).length === 0);
  expect(unshown.map(({ point, how }) => `${point}: ${how}`)).toEqual([]);
  expect(POINTS.filter(({ how }) => how.length < 10 && !/\bS\d+|^As /.test(how)).map(({ point }) => point)).toEqual([]);
});

test('each requirement names tests that are there', () => {
  expect(Array.from(SHOWN).filter(([, by]) => named(by).length === 0)).toEqual([]);
});

test('each promise of docs/operating.md names a test that is there, by words of its title', () => {
  const [, table = ''] = textOf('docs/operating.md').split('## What is promised, and the test that shows it');
  const rows = Array.from(
    table.matchAll(/^\| (.*?) +\| `([\w/-]+)` +\| (.*?) +\|$/gm),
    ([, promise, file = '', words = '']) => {
      const path = join(ROOT, `test/${file}.test.ts`);
      return { promise, titles: existsSync(path) ? titlesIn(readFileSync(path, 'utf8')) : [], words };
    },
  );
  expect(rows.length).toBeGreaterThan(30);
  expect(rows.length).toBe(table.split('\n').filter((line) => line.startsWith('|')).length - 2);
  const unshown = rows.filter(({ titles, words }) => !titles.some((title) => title.includes(words)));
  expect(unshown.map(({ promise, words }) => `${promise}: ${words}`)).toEqual([]);
});

/** The titles of tests: texts that are followed by a function. */
const titlesIn = (suite: string): readonly string[] =>
  Array.from(suite.matchAll(/\(\s*(['"`])(.+)\1,\s*(?:async\b|\()/g), ([, , title = '']) => title);
