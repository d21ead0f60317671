import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { HelloDocument, TokenRefreshDocument } from '../generated/operations.ts';
import { Client } from './client.ts';
import { TEST_KEY } from './server.ts';

/** How the program is called, and in which folder. */
export interface Installation {
  readonly command: readonly [string, ...string[]];
  readonly cwd?: string;
}

export const BUILD: Installation = {
  command: [process.execPath, join(import.meta.dirname, '../../dist/program/main.js')],
};

type Environment = Readonly<Record<string, string>>;

/** Settings of a process under test: a key the test knows, and hashes that cost little. */
export const TEST_ENV = { NODE_ENV: 'test', JWT_SIGNING_KEY: TEST_KEY, PASSWORD_HASH_COST: '4' };

/** How a process ended; `code` is null where a signal ended it. */
interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A server under test, in a process of its own. */
export interface RunningProcess {
  readonly url: string;
  readonly pid: number;
  /** All that was printed so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves once the text is on a stream; rejects if the process ends without it. */
  readonly printed: (stream: 'stdout' | 'stderr', pattern: RegExp) => Promise<string>;
  /** Resolves when the process has ended. */
  readonly kill: (signal: NodeJS.Signals) => Promise<Exit>;
  /** Resolves when the process has ended and all its output was read. */
  readonly exited: Promise<Exit>;
}

const living = new Map<ChildProcessWithoutNullStreams, Promise<Exit>>();

/** Ends what `startProcess` and `runCli` have left running, with no time to clean up. For `afterEach` and `afterAll`. */
export async function endProcesses(): Promise<void> {
  for (const child of living.keys()) child.kill('SIGKILL');
  await Promise.all(living.values());
}

interface Launched {
  readonly child: ChildProcessWithoutNullStreams;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly exited: Promise<Exit>;
}

/** Starts the program in an environment that has nothing of this one, jest's NODE_ENV for instance. */
function launch(args: readonly string[], env: Environment, { command, cwd }: Installation = BUILD): Launched {
  const { PATH = '', HOME = '' } = process.env;
  const [file, ...first] = command;
  const child = spawn(file, [...first, ...args], { env: { PATH, HOME, ...env }, ...(cwd !== undefined && { cwd }) });
  child.stdin.on('error', () => {}); // it ended without reading what it was given
  const exited = once(child, 'close').then(([code, signal]: unknown[]) => {
    living.delete(child);
    return { code, signal } as Exit;
  });
  living.set(child, exited);
  return { child, stdout: collect(child.stdout), stderr: collect(child.stderr), exited };
}

function collect(stream: Readable): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

/** What a command has printed, and its exit code. */
export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command to its end, without a terminal. */
export async function runCli(
  args: readonly string[],
  {
    env = {},
    input = '',
    from,
  }: { readonly env?: Environment; readonly input?: string; readonly from?: Installation } = {},
): Promise<CliResult> {
  const { child, stdout, stderr, exited } = launch(args, env, from);
  child.stdin.end(input);
  const { code } = await exited;
  return { code, stdout: stdout(), stderr: stderr() };
}

interface Start {
  readonly env?: Environment;
  readonly from?: Installation;
  readonly args?: readonly string[];
  /** Finds, on standard output, the address it listens at. */
  readonly listening?: RegExp;
}

/** Starts a server on a free port; resolves when it listens, and rejects with its output if it ends first. */
export async function startProcess({
  env = {},
  from,
  args = ['start'],
  listening = /"url":"([^"]+)".*"msg":"listening"\}\n/,
}: Start = {}): Promise<RunningProcess> {
  const launched = launch(args, { PORT: '0', ...env }, from);
  const { child, stdout, stderr, exited } = launched;
  child.stdin.end();
  const printed = (stream: 'stdout' | 'stderr', pattern: RegExp) => waitFor(launched, stream, pattern);
  const [, url = ''] = listening.exec(await printed('stdout', listening)) ?? [];
  const kill = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exited;
  };
  return { url, pid: Number(child.pid), stdout, stderr, printed, kill, exited };
}

function waitFor({ child, exited, ...text }: Launched, stream: 'stdout' | 'stderr', pattern: RegExp): Promise<string> {
  const seen = new Promise<string>((resolve) => {
    const look = () => {
      const match = pattern.exec(text[stream]());
      if (match) resolve(match[0]);
    };
    child[stream].on('data', look);
    look();
  });
  const ended = exited.then(({ code, signal }) => {
    throw new Error(`ended with ${code ?? signal} and without ${pattern}: ${text.stdout()}${text.stderr()}`);
  });
  return Promise.race([seen, ended]);
}

/** The records of a log of one JSON object a line; throws for a line that is none. */
export function logRecords(text: string): Readonly<Record<string, unknown>>[] {
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}

/** What a guarded field answers to a token: its greeting, or the reason why not. */
export async function helloWith(client: Client, token: string | null): Promise<unknown> {
  const { data, errors } = await client.send(HelloDocument, {}, { token: token ?? '' });
  return data?.hello ?? errors[0]?.extensions['reason'];
}

/** How a refresh was answered: with two tokens, or with a reason and none. */
export interface Refreshed {
  readonly access: string | null;
  readonly refresh: string | null;
  readonly reason: unknown;
}

export async function refreshWith(client: Client, refresh: string | null): Promise<Refreshed> {
  const { data, errors } = await client.send(TokenRefreshDocument, { refresh: refresh ?? '' });
  const { access = null, refresh: successor = null } = data?.tokenRefresh ?? {};
  return { access, refresh: successor, reason: errors[0]?.extensions['reason'] ?? null };
}
