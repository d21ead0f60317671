import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..');
const PARTS = [
  'scripts',
  'codegen.yml',
  '.oxfmtrc.json',
  'schema.graphql',
  'src/client',
  'page',
  'examples/web/src',
  'test/support',
  'test/generated',
];

describe('the operations of client, page and example', () => {
  let copy: string;
  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), 'simplejwt-codegen-'));
    for (const part of PARTS) cpSync(join(root, part), join(copy, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  });
  afterEach(() => rmSync(copy, { recursive: true, force: true }));

  /** What `npm run build` does first. */
  function check(): { readonly status: number | null; readonly output: string } {
    const args = ['scripts/generate-operations.mjs', '--check'];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8' });
    return { status, output: stderr };
  }

  test('fit the schema', () => {
    expect(check()).toEqual({ status: 0, output: '' });
  });

  test('break the build when the schema changes below them, and each document that no longer fits is named', () => {
    const file = join(copy, 'schema.graphql');
    let schema = readFileSync(file, 'utf8');
    const changes = [
      ['tokenRefresh(', 'refreshToken(', 'src/client/operations.graphql'],
      ['  claims: JSONObject!', '  said: JSONObject!', 'page/operations/4-verify.graphql'],
      ['  lastUsedAt: DateTime!', '  usedAt: DateTime!', 'examples/web/src/operations.graphql'],
    ] as const;
    for (const [before, after] of changes) {
      expect(schema).toContain(before);
      schema = schema.replace(before, after);
    }
    writeFileSync(file, schema);
    const { status, output } = check();
    expect(status).not.toBe(0);
    for (const [, , document] of changes) expect(output).toContain(document);
  });

  test('break the build when a type in the schema changes', () => {
    const file = join(copy, 'schema.graphql');
    writeFileSync(file, readFileSync(file, 'utf8').replace('  userAgent: String\n', '  userAgent: Int\n'));
    expect(check().status).not.toBe(0);
  });
});
