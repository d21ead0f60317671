import { execFile } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from '@jest/globals';
import { endProcesses, runCli, startProcess } from '../support/process.ts';
import { TEST_KEY } from '../support/server.ts';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);

const place = mkdtempSync(join(tmpdir(), 'image-'));
afterAll(async () => {
  await endProcesses();
  await run('chmod', ['-R', 'u+w', place]);
  rmSync(place, { recursive: true, force: true });
});

const stages = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
  .replaceAll('\\\n', '')
  .split(/^FROM .*$/m);
const image = stages.at(-1) ?? '';

/** The one match of a pattern's group in what makes the image. */
function only(pattern: RegExp, text = image): string {
  const [found, ...others] = [...text.matchAll(pattern)].map(([, group = '']) => group);
  if (found === undefined || others.length > 0) throw new Error(`Dockerfile must match ${pattern} once`);
  return found;
}

function commandOf(pattern: RegExp): [string, ...string[]] {
  const [program = '', ...args] = JSON.parse(only(pattern)) as string[];
  return [program, ...args];
}

/** What `COPY --from=modules` takes: the modules as that stage installs them. */
async function installModules(folder: string): Promise<void> {
  const stage = stages.find((text) => text.includes('--omit=dev')) ?? '';
  for (const file of ['package.json', 'package-lock.json', 'test/mongodb-stand-in/package.json']) {
    expect(stage).toContain(file);
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(ROOT, file), join(folder, file));
  }
  const install = `${only(/^RUN (npm .*)$/gm, stage)} --prefer-offline --no-audit --no-fund`;
  await run('sh', ['-euc', install], { cwd: folder });
}

test('the image: its files, read-only and not as root, start, are healthy and stop by SIGTERM', async () => {
  const modules = join(place, 'modules');
  const app = join(place, 'app');
  const data = join(place, 'data');
  for (const folder of [modules, app, data]) mkdirSync(folder);
  await installModules(modules);
  const sources = [...image.matchAll(/^COPY (?:--from=(\w+) )?(\S+) \S+$/gm)];
  expect(sources).toHaveLength(3);
  for (const [, from = 'context', path = ''] of sources) {
    const file = path.replace(/^\/app\//, '');
    cpSync(join(from === 'modules' ? modules : ROOT, file), join(app, file), { recursive: true });
  }

  // Root may write anywhere, so root becomes the user that the image names; anybody else is one already.
  const user = only(/^USER (\d+):\d+$/gm);
  const isRoot = process.getuid?.() === 0;
  const as = isRoot ? ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups'] : [];
  if (isRoot) chownSync(data, Number(user), Number(user));
  chmodSync(place, 0o755);
  await run('chmod', ['-R', 'a-w', app]);
  const command = (words: [string, ...string[]]) => {
    const [program = '', ...args] = [...as, ...words];
    return { command: [program, ...args] as const, cwd: app };
  };

  const variables = Object.fromEntries(
    only(/^ENV (.*)$/gm)
      .split(' ')
      .map((pair) => pair.split('=')),
  );
  // Inside, all interfaces of the container; here, none but this machine's.
  const env = { ...variables, HOST: '127.0.0.1', PORT: '0', DATA_DIR: data, HOME: data, JWT_SIGNING_KEY: TEST_KEY };
  const server = await startProcess({ from: command(commandOf(/^CMD (\[.*\])$/gm)), args: [], env });
  const check = (port: string) =>
    runCli([], { from: command(commandOf(/^HEALTHCHECK .* CMD (\[.*\])$/gm)), env: { PORT: port } });
  expect(await check(new URL(server.url).port)).toMatchObject({ code: 0, stderr: '' });
  const writes = "require('node:fs').writeFileSync('dist/written', '')";
  const written = await runCli([], { from: command(['node', '-e', writes]), env: {} });
  expect(written.stderr).toContain('EACCES');
  expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(await check(new URL(server.url).port)).toMatchObject({ code: 1 });
}, 240_000);
