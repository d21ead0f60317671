import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { Client } from '../support/client.ts';
import { image, ROOT } from '../support/deployment.ts';
import { endProcesses, helloWith, refreshWith, runCli, startProcess, TEST_ENV } from '../support/process.ts';
import type { Installation } from '../support/process.ts';
import { keeperOf, kidOf, until } from '../support/ring.ts';
import { PASSWORD } from '../support/server.ts';

const place = mkdtempSync(join(tmpdir(), 'mounted-keys-'));
const secret = join(place, 'secret');
const mount = join(place, 'mount');
afterAll(async () => {
  await endProcesses();
  chmodSync(mount, 0o755);
  rmSync(place, { recursive: true, force: true });
});

const isRoot = process.getuid?.() === 0;
const [uid = '', gid = ''] = image.user.split(':');

/** Brings the secret into the mount as Kubernetes' kubelet does: a folder of its own, a link swapped, links to its files. */
function bring(version: string): void {
  const payload = join(mount, `..${version}`);
  cpSync(secret, payload, { recursive: true });
  chmodSync(payload, 0o755);
  const files = readdirSync(payload);
  for (const file of files) {
    // Root's, and readable for the group: what `fsGroup` and the mode 0440 come to.
    if (isRoot) chownSync(join(payload, file), 0, Number(gid));
    chmodSync(join(payload, file), 0o440);
  }
  symlinkSync(`..${version}`, join(mount, '..data_tmp'));
  renameSync(join(mount, '..data_tmp'), join(mount, '..data'));
  const linked = readdirSync(mount).filter((file) => file.endsWith('.json'));
  for (const file of files.filter((name) => !linked.includes(name)))
    symlinkSync(join('..data', file), join(mount, file));
  for (const file of linked.filter((name) => !files.includes(name))) unlinkSync(join(mount, file));
}

test('a ring in a secret that Kubernetes mounts is read by another user than wrote it, and changes as the secret does', async () => {
  mkdirSync(mount);
  chmodSync(place, 0o755);
  const keeper = keeperOf(secret);
  const first = await keeper.generate('ES256');
  bring('first');

  const data = join(place, 'data');
  mkdirSync(data);
  if (isRoot) chownSync(data, Number(uid), Number(gid));
  const command = [process.execPath, join(ROOT, 'dist/program/main.js')] as const;
  const as = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'] as const;
  const from: Installation = { command: isRoot ? [...as, ...command] : command };
  const { JWT_SIGNING_KEY: _, ...others } = TEST_ENV;
  const env = { ...others, HOME: data, DATA_DIR: data, JWT_KEYS_DIR: mount };
  const server = await startProcess({ from, env });
  await runCli(['users', 'create', 'alice', '--password-stdin'], { from, env, input: PASSWORD });
  const client = new Client(server.url);
  const former = await client.signIn('alice', PASSWORD);
  expect(kidOf(former.access)).toBe(first.kid);

  const second = await keeper.rotate({ activateAfter: 0 });
  bring('second');
  await until(async () => kidOf((await client.signIn('alice', PASSWORD)).access) === second.kid);
  const renewed = await refreshWith(client, former.refresh);
  expect([kidOf(renewed.access), await helloWith(client, former.access)]).toEqual([second.kid, 'Hello, alice!']);

  const third = await keeper.replaceAll();
  bring('third');
  await until(async () => (await helloWith(client, renewed.access)) === 'token_not_valid');
  expect(kidOf((await client.signIn('alice', PASSWORD)).access)).toBe(third.kid);
  expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });

  chmodSync(mount, 0o555);
  const refused = await runCli(['keys', 'rotate'], { from, env });
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain(`JWT_KEYS_DIR: ${mount} cannot be written`);
});
