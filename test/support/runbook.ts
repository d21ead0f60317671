import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from '@jest/globals';
import type { Client } from './client.ts';
import type { CliResult, Installation } from './process.ts';

const ROOT = join(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'dist/program/main.js');

/** The code of one language in one section of a document, in its order. The path is that from the root. */
export function blocksOf(document: string, section: string, language: string): string[] {
  const [, ...sections] = readFileSync(join(ROOT, document), 'utf8').split(/^## /m);
  const found = sections.find((each) => each.startsWith(`${section}\n`));
  if (found === undefined) throw new Error(`${document} has no section "${section}"`);
  const blocks = Array.from(found.matchAll(/^```(\S*)\n(.*?)^```$/gms));
  return blocks.flatMap(([, name, code = '']) => (name === language ? [code] : []));
}

/** What stands in a document as an example, and what it is here. */
export type Replacements = Readonly<Record<string, string>>;

/** Puts what is here in the place of the examples; throws for one that the code does not have. */
export function withReplacements(code: string, replacements: Replacements): string {
  let result = code;
  for (const [example, here] of Object.entries(replacements)) {
    if (!result.includes(example)) throw new Error(`${example} is not in: ${code}`);
    result = result.replaceAll(example, here);
  }
  return result;
}

/** The shell of an operator: the settings of the servers, and the program on its path. */
export class OperatorShell {
  readonly #bin = mkdtempSync(join(tmpdir(), 'simplejwt-bin-'));
  readonly #env: Readonly<Record<string, string>>;

  constructor(env: Readonly<Record<string, string>>, program: readonly string[] = [process.execPath, MAIN]) {
    const { PATH = '', HOME = '' } = process.env;
    this.#env = { HOME, ...env, PATH: `${this.#bin}${delimiter}${PATH}` };
    const file = join(this.#bin, 'graphql-simplejwt');
    writeFileSync(file, `#!/bin/sh\nexec ${program.map((word) => `'${word}'`).join(' ')} "$@"\n`);
    chmodSync(file, 0o755);
    const npx = join(this.#bin, 'npx'); // which would take seconds for each command, and pass no signal on
    writeFileSync(npx, '#!/bin/sh\nexec "$@"\n');
    chmodSync(npx, 0o755);
  }

  /** Runs commands to their end. */
  async run(code: string, { input = '' }: { readonly input?: string } = {}): Promise<CliResult> {
    const child = spawn('sh', ['-ec', code], { env: this.#env, cwd: this.#bin });
    child.stdin.on('error', () => {}); // it ended without reading what it was given
    child.stdin.end(input);
    const ended = new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject));
    const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { code: exitCode, stdout, stderr };
  }

  /** Runs commands that must succeed; resolves to what they printed. */
  async expect(code: string, options: { readonly input?: string } = {}): Promise<string> {
    const result = await this.run(code, options);
    if (result.code !== 0) throw new Error(`${code}ended with ${result.code}: ${result.stderr}${result.stdout}`);
    return result.stdout;
  }

  /** How a server is started by commands of which the last one starts it, so that signals reach it and no shell. */
  started(code: string): {
    readonly from: Installation;
    readonly env: Readonly<Record<string, string>>;
    readonly args: [];
  } {
    const commands = withReplacements(code, { 'npx graphql-simplejwt start': 'exec graphql-simplejwt start' });
    return { from: { command: ['sh', '-ec', commands], cwd: this.#bin }, env: this.#env, args: [] };
  }

  remove(): void {
    rmSync(this.#bin, { recursive: true });
  }
}

/** Sends an operation of a document; resolves to its data, and fails with any error. */
export async function expectAnswer(
  client: Client,
  query: string,
  token: string,
): Promise<Readonly<Record<string, unknown>>> {
  const { data, errors } = await client.sendRaw({ query }, { token });
  expect({ query, errors }).toMatchObject({ errors: [] });
  return data ?? {};
}
