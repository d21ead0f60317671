import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ENGLISH, type Messages } from '../../../src/graphql/languages/english.ts';
import { localized } from '../../../src/graphql/languages/localized.ts';

const FOLDER = join(import.meta.dirname, '../../../src/graphql/languages');
const OTHERS = readdirSync(FOLDER)
  .map((file) => file.replace('.ts', ''))
  .filter((name) => !['english', 'localized'].includes(name));
const NAMES = Object.keys(ENGLISH) as (keyof Messages)[];
const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).toSorted();

test('no message of English is empty', () => {
  expect(Object.values(ENGLISH)).not.toContain('');
});

describe.each(OTHERS)('%s', (language) => {
  test('has every message, with every placeholder', async () => {
    const { messages } = (await import(join(FOLDER, `${language}.ts`))) as { messages: Messages };
    expect(Object.keys(messages)).toEqual(NAMES);
    for (const name of NAMES) {
      const wanted = placeholders(ENGLISH[name]).filter((placeholder) => placeholder !== '{why}');
      expect({ name, placeholders: placeholders(messages[name]) }).toEqual({ name, placeholders: wanted });
      expect(['', ENGLISH[name]]).not.toContain(messages[name]);
    }
  });

  test('is found by its tag', async () => {
    const { messages } = (await import(join(FOLDER, `${language}.ts`))) as { messages: Messages };
    expect(await localized('Token is expired', language)).toBe(messages.tokenExpired);
  });
});

test.each([
  ['de-AT,de;q=0.9,en;q=0.8', 'Das Token ist abgelaufen'],
  ['xx, fr;q=0.2, it;q=0.7', 'Il token è scaduto'],
  ['zh-CN', '令牌已过期'],
  ['pt-PT', 'O token expirou'],
  ['PT-br', 'O token expirou'],
  ['es-419', 'El token ha caducado'],
  ['en-GB,de;q=0.9', 'Token is expired'],
  ['*', 'Token is expired'],
  ['*;q=0.5, sv', 'Token har gått ut'],
  ['xx', 'Token is expired'],
  ['de;q=0', 'Token is expired'],
  ['de;q=much', 'Token is expired'],
  ['', 'Token is expired'],
  [';;,,;q=1', 'Token is expired'],
  ['__proto__, constructor', 'Token is expired'],
  [`${'xx,'.repeat(400)}de`, 'Token is expired'],
  [undefined, 'Token is expired'],
])('Accept-Language %s', async (preferred, expected) => {
  expect(await localized('Token is expired', preferred)).toBe(expected);
});

test.each([
  ["Token 'refresh_exp' claim has expired", 'Der Claim „refresh_exp“ des Tokens ist abgelaufen'],
  ['Too many attempts. Wait 1 second, then try again.', 'Zu viele Versuche. Versuchen Sie es in 1 s noch einmal.'],
  ['Too many attempts. Wait 30 seconds, then try again.', 'Zu viele Versuche. Versuchen Sie es in 30 s noch einmal.'],
  [
    'This password is too easy to guess: it is a common password. Choose another, such as a few unrelated words.',
    'Dieses Passwort ist zu leicht zu erraten. Wählen Sie ein anderes, zum Beispiel einige Wörter ohne Zusammenhang.',
  ],
  ['Cannot query field "x" on type "Query".', 'Cannot query field "x" on type "Query".'],
])('%s', async (message, expected) => {
  expect(await localized(message, 'de')).toBe(expected);
});
