import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PASSWORD, TEST_KEY } from '../support/server.ts';

/** Debian's, which sees python3-djangorestframework-simplejwt. */
export const PYTHON = '/usr/bin/python3';
/** With the newest Django and simplejwt of PyPI, which `.ci/run` installs. */
export const NEWEST_PYTHON = join(import.meta.dirname, '../../.venv/bin/python');
/** Those that our tests meet. */
export const DJANGOS = [
  ["Debian's", PYTHON],
  ["PyPI's newest", NEWEST_PYTHON],
] as const;
const PROJECT = join(import.meta.dirname, 'django_project.py');

/** The Django project beside ours, with the same key (`SIMPLE_JWT` may say otherwise) and the user alice under the id 1. */
export class Django {
  readonly folder = mkdtempSync(join(tmpdir(), 'django-'));
  readonly #env: NodeJS.ProcessEnv;
  readonly #python: string;
  #server: ChildProcess | undefined;
  #url = '';

  /** With what is to be added to its SIMPLE_JWT. */
  constructor(simpleJwt: Readonly<Record<string, string | boolean>> = {}, python: string = PYTHON) {
    if (!existsSync(python)) throw new Error(`There is no ${python}. The step "packages" of .ci/run makes it.`);
    this.#python = python;
    this.#env = {
      ...process.env,
      JWT_SIGNING_KEY: TEST_KEY,
      DJANGO_DB: join(this.folder, 'db.sqlite3'),
      ALICE_PASSWORD: PASSWORD,
      SIMPLE_JWT: JSON.stringify(simpleJwt),
    };
  }

  async start(): Promise<void> {
    this.run('setup');
    const server = spawn(this.#python, [PROJECT, 'serve', '0'], {
      env: this.#env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#server = server;
    const port = await new Promise<string>((resolve, reject) => {
      server.once('exit', (code) => reject(new Error(`Django exited with ${code}`)));
      server.stdout.on('data', (chunk: Buffer) => resolve(/serving (\d+)/.exec(chunk.toString())?.[1] ?? ''));
    });
    this.#url = `http://127.0.0.1:${port}/api/`;
  }

  /** Runs a command of the project to its end; what it prints. */
  run(...args: string[]): string {
    const { status, stdout, stderr } = spawnSync(this.#python, [PROJECT, ...args], {
      env: this.#env,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`Django cannot ${args[0]}: ${stderr}`);
    return stdout.trim();
  }

  /** Whether Django takes a stored hash for that of alice's password. */
  recognises(hash: string): boolean {
    return this.run('check', hash) === 'True';
  }

  stop(): void {
    this.#server?.removeAllListeners('exit').kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async post(path: string, body: unknown): Promise<{ status: number; body: Record<string, string> }> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(this.#url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  }

  async hello(access: string): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${this.#url}hello/`, { headers: { authorization: `Bearer ${access}` } });
    return { status: response.status, body: await response.json() };
  }

  async signIn(username = 'alice', password = PASSWORD): Promise<{ access: string; refresh: string }> {
    const { body } = await this.post('token/', { username, password });
    return { access: body['access'] ?? '', refresh: body['refresh'] ?? '' };
  }
}
