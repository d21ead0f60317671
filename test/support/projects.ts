import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');

/** Versions of Node.js that projects run on: that of the tests, and others of npm's package `node`. */
export const VERSIONS = ['20.19.0', '22', '24'] as const;
export type Version = (typeof VERSIONS)[number];

/** A project of somebody else: a folder with a `package.json`. */
export class Project {
  readonly folder: string;

  constructor(folder: string, manifest: object = {}) {
    this.folder = folder;
    this.write('package.json', JSON.stringify({ private: true, type: 'module', ...manifest }));
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.folder, file)), { recursive: true });
    writeFileSync(join(this.folder, file), text);
  }

  /** Runs a command of a shell, on a version of Node.js; resolves to what it printed. */
  async run(
    command: string,
    { version, env = {} }: { version?: Version; env?: Record<string, string> } = {},
  ): Promise<string> {
    const words = version === undefined ? ['sh', '-c', command] : ['npx', '-y', '-p', `node@${version}`, '-c', command];
    const [program = '', ...args] = words;
    // Not what the npm that runs the tests has set: its folders are those of this tree.
    const own = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS|JEST_)/.test(name)),
    );
    const done = await run(program, args, { cwd: this.folder, env: { ...own, ...env }, maxBuffer: 2 ** 26 }).catch(
      ({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }) => {
        throw new Error(`${command} in ${this.folder}:\n${stdout}\n${stderr}`);
      },
    );
    return done.stdout + done.stderr;
  }

  /** Installs packages from tarballs and the registry; resolves to the warnings of npm. */
  async install(packages: readonly string[], options: { version?: Version; flags?: string } = {}): Promise<string[]> {
    const { flags = '', ...where } = options;
    const command = `npm install --no-audit --no-fund --prefer-offline ${flags} ${packages.map((name) => `'${name}'`).join(' ')}`;
    return (await this.run(command, where)).split('\n').filter((line) => line.startsWith('npm warn'));
  }

  /** How many packages production has, as `npm ls` counts them. */
  async size(): Promise<number> {
    return (await this.run('npm ls --omit=dev --all --parseable')).trim().split('\n').length - 1;
  }

  /** Compiles with the compiler of this tree, and fails with what it says. */
  async compile(options: string, files: string): Promise<void> {
    const tsc = join(ROOT, 'node_modules/.bin/tsc');
    const strict = '--ignoreConfig --strict --noEmit --skipLibCheck false';
    await this.run(`'${tsc}' ${strict} ${options} ${files}`);
  }
}

/** Packs a folder of this tree as it is published; the path of the tarball. */
export function packFolder(folder: string, into: string): string {
  const words = ['pack', '--silent', '--ignore-scripts', '--pack-destination', into];
  return join(into, execFileSync('npm', words, { cwd: join(ROOT, folder), encoding: 'utf8' }).trim());
}
