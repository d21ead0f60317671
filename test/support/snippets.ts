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

/** What blocks use that an earlier one, or the reader, has made. Their own names hide these. */
const NAMES = `
declare global {
  const auth: import('graphql-simplejwt').Auth;
  const createAuth: typeof import('graphql-simplejwt').createAuth;
  const cookieStorage: typeof import('graphql-simplejwt/client').cookieStorage;
  const createTokenStore: typeof import('graphql-simplejwt/client').createTokenStore;
  const tokens: import('graphql-simplejwt/client').TokenStore;
  const createAuthLink: typeof import('graphql-simplejwt/apollo-client').createAuthLink;
  const createTokenVerifier: typeof import('graphql-simplejwt/verifier').createTokenVerifier;
  const token: string;
  const accessToken: string;
  const secret: string;
  const buildSchema: typeof import('type-graphql').buildSchema;
  const NoteResolver: new () => object;
  const client: import('@apollo/client').ApolloClient;
  const ApolloLink: typeof import('@apollo/client').ApolloLink;
  const HELLO: import('graphql').DocumentNode;
  const useSyncExternalStore: typeof import('react').useSyncExternalStore;
  const useServer: typeof import('graphql-ws/use/ws').useServer;
  const schema: import('graphql').GraphQLSchema;
  const sockets: import('ws').WebSocketServer;
}
export {};
`;

/** Packages that are the reader's own, and what is not known without them. */
const LEFT_OUT = /error TS7006: |Cannot find module '(?!graphql-simplejwt)/;

/** Compiles blocks of TypeScript, each as a module of its own. Resolves to the errors that are not the reader's to mend. */
export async function compileTypeScript(
  blocks: readonly { readonly name: string; readonly code: string }[],
): Promise<string[]> {
  const folder = mkdtempSync(join(ROOT, 'dist', 'snippets-')); // inside the package, so that its own name leads to it
  try {
    const files = blocks.map(({ name, code }) => {
      const file = join(folder, `${name}.ts`);
      writeFileSync(file, `${code}\nexport {};\n`);
      return file;
    });
    files.push(join(folder, 'names.ts'));
    writeFileSync(join(folder, 'names.ts'), NAMES);
    const options = [
      ...TSC.join(' ').split(' '),
      '--noEmit',
      '--experimentalDecorators',
      '--emitDecoratorMetadata',
      '--lib es2023,dom',
    ];
    const compiled = await run(join(ROOT, 'node_modules/.bin/tsc'), [...options.join(' ').split(' '), ...files], {
      cwd: ROOT,
    }).catch((error: { readonly stdout: string }) => {
      if (error.stdout === '') throw error; // it did not even start
      return error;
    });
    return compiled.stdout.split('\n').filter((line) => line.includes('error TS') && !LEFT_OUT.test(line));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Runs shell commands to their end; `npx graphql-simplejwt` in them is the build. Resolves to what they printed; rejects
 * where one of them fails.
 */
export async function runShell(code: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const npx = `npx() { shift; '${process.execPath}' '${join(ROOT, 'dist/program/main.js')}' "$@"; }`;
  const { PATH = '', HOME = '' } = process.env;
  return (await run('sh', ['-euc', `${npx}\n${code}`], { cwd: ROOT, env: { PATH, HOME, ...env } })).stdout;
}
