import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);
const TSC = ['--module nodenext --target es2023 --lib es2023 --types node', '--strict --skipLibCheck --ignoreConfig'];

/** The blocks of code in a document, those of one language, in their order. The path is that from the root. */
export function snippetsOf(document: string, language: string): string[] {
  const blocks = readFileSync(join(ROOT, document), 'utf8').matchAll(/^```(\S*)\n(.*?)^```$/gms);
  return Array.from(blocks).flatMap(([, name, code = '']) => (name === language ? [code] : []));
}

/** What a document leaves to its reader: code around a snippet. */
interface Surroundings {
  readonly before?: string;
  readonly after?: string;
}

/**
 * Compiles TypeScript as a reader's strict compiler would, against the build, and runs it in a process of its own.
 * Resolves to what it printed; rejects with the errors of either.
 */
export async function runTypeScript(code: string, { before = '', after = '' }: Surroundings = {}): Promise<string> {
  const folder = mkdtempSync(join(ROOT, 'dist', 'snippet-')); // inside the package, so that its own name leads to it
  try {
    const file = join(folder, 'snippet.ts');
    writeFileSync(file, `${before}\n${code}\n${after}\n`);
    const tsc = join(ROOT, 'node_modules/.bin/tsc');
    await run(tsc, [...TSC.join(' ').split(' '), file], { cwd: ROOT }).catch((error: { stdout: string }) => {
      throw new Error(`${error.stdout}${readFileSync(file, 'utf8')}`, { cause: error });
    });
    return (await run(process.execPath, [join(folder, 'snippet.js')], { cwd: ROOT })).stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Runs shell commands to their end; `npx graphql-simplejwt` in them is the build. Resolves to what they printed; rejects
 * where one of them fails.
 */
export async function runShell(code: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const npx = `npx() { shift; '${process.execPath}' '${join(ROOT, 'dist/main.js')}' "$@"; }`;
  const { PATH = '', HOME = '' } = process.env;
  return (await run('sh', ['-euc', `${npx}\n${code}`], { cwd: ROOT, env: { PATH, HOME, ...env } })).stdout;
}
