import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse, print, validate, type DocumentNode } from 'graphql';
import { ALL_OPTIONS, buildAuthSchema } from '../../src/graphql/optional.ts';
import { CHECKS } from '../support/snippet-checks.ts';

const read = (file: string) => readFileSync(join(import.meta.dirname, '../../examples/mobile', file), 'utf8');
const operations = parse(read('operations.graphql'));

/** `SignIn`, `signIn` and `SIGN_IN`, each as its language has it. */
const plain = (name: string) => name.replaceAll('_', '').toLowerCase();
const printed = (document: DocumentNode) =>
  document.definitions.map((definition) => [
    'name' in definition ? plain(definition.name?.value ?? '') : '',
    print(definition),
  ]);

test('the operations of examples/mobile fit the schema', async () => {
  expect(operations.definitions.length).toBeGreaterThan(5);
  expect(validate(await buildAuthSchema(ALL_OPTIONS), operations)).toEqual([]);
});

describe.each([
  ['ios/Operations.swift', /static let (\w+) = """\n(.*?)"""/gs],
  ['android/Operations.kt', /const val (\w+) = """\n(.*?)"""/gs],
  ['flutter/operations.dart', /static const (\w+) = r'''\n(.*?)'''/gs],
])('%s', (file, constants) => {
  test('has the operations of operations.graphql, under their names', () => {
    const held = Array.from(read(file).matchAll(constants), ([, name = '', text = '']) => [
      plain(name),
      print(parse(text.replaceAll("${'$'}", '$'))), // Kotlin's dollar sign
    ]);
    expect(held).toEqual(printed(operations));
  });
});

test.each([
  ['ios', 'swift', ['TokenStore.swift', 'Keychain.swift', 'Operations.swift']],
  ['android', 'kotlin', ['TokenStore.kt', 'AuthInterceptor.kt', 'KeystoreVault.kt', 'Operations.kt']],
  ['flutter', 'dart', ['token_store.dart', 'token_link.dart', 'operations.dart']],
])('the files for %s are %s, and use operations that are there', (folder, language, files) => {
  const texts = files.map((file) => read(`${folder}/${file}`));
  expect(texts.flatMap((text) => CHECKS[language]?.(text, 1) ?? ['there is no check'])).toEqual([]);
  const used = texts.flatMap((text) =>
    Array.from(text.matchAll(/\bOperations\.(\w+)/g), ([, name = '']) => plain(name)),
  );
  expect(used).toContain('refresh');
  expect(used.filter((name) => !printed(operations).some(([known]) => known === name))).toEqual([]);
});

test("the React Native app names its item of the Keychain as Expo's SecureStore takes it", () => {
  expect(read('react-native/client.ts')).toMatch(/itemStorage\(keychain, '[\w.-]+'\)/);
});
