import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { basic, Service } from '../support/service.ts';
import { setStage, type Stage } from '../support/stage.ts';
import { describeEachStore } from '../support/stores.ts';

interface Created {
  readonly name: string;
  readonly secret: string;
  readonly createdAt: string;
}

describeEachStore('the command line, for services, beside a server', (kind) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage(kind);
  });
  afterAll(() => stage.remove());

  test('makes a service that may ask at once, lists it without its secret, and refuses it again', async () => {
    const { code, stdout, stderr } = await stage.cli(['services', 'create', 'orders', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { name, secret, createdAt } = JSON.parse(stdout) as Created;
    expect(secret).toMatch(/^[\w-]{43}$/);
    const service = new Service(stage.client.url, basic(name, secret));
    expect(await service.introspect('abc')).toMatchObject({ status: 200, body: { active: false } });

    const listed = await stage.cli(['services', 'list', '--json']);
    const everything = { audience: null, may: 'introspect,revoke,feed' };
    expect(JSON.parse(listed.stdout)).toEqual([{ name: 'orders', createdAt, ...everything }]);
    const deleted = await stage.cli(['services', 'delete', 'orders']);
    expect(deleted).toEqual({ code: 0, stdout: 'deleted: orders\n', stderr: '' });
    expect((await service.introspect('abc')).status).toBe(401);
    expect((await stage.cli(['services', 'list', '--json'])).stdout).toBe('[]\n');
  });
});

describe('the command line, for services', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage('sqlite');
  });
  afterAll(() => stage.remove());

  test('prints for people, and keeps no secret', async () => {
    const { code, stdout, stderr } = await stage.cli(['services', 'create', 'stock']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^name: stock\nsecret: [\w-]{43}\ncreatedAt: \S+Z\naudience: -\nmay: introspect,revoke,feed\n$/,
    );
    const secret = /secret: (\S+)/.exec(stdout)?.[1] ?? '';
    expect((await stage.cli(['services', 'list'])).stdout).toMatch(
      /^name +createdAt +audience +may\nstock +\S+Z +- +introspect,revoke,feed\n$/,
    );
    const { dataDir } = stage.place.options;
    for (const file of readdirSync(dataDir)) {
      expect(readFileSync(join(dataDir, file), 'latin1')).not.toContain(secret);
    }
  });

  test('S52: makes a service for an audience and for some things, and warns where no token has that audience', async () => {
    const create = (name: string, ...more: string[]) =>
      stage.cli(['services', 'create', name, '--json', '--may', 'feed, introspect', ...more]);
    const warned = await create('narrow', '--audience', 'orders');
    expect(JSON.parse(warned.stdout)).toMatchObject({ name: 'narrow', audience: 'orders', may: 'introspect,feed' });
    expect(warned.stderr).toMatch(/^JWT_AUDIENCE does not contain this audience: [^\n]*\n$/);
    expect((await create('wide')).stderr).toBe('');
    const refused = await stage.cli(['services', 'create', 'odd', '--may', 'everything']);
    const line = 'A service cannot be allowed "everything"; expected some of introspect, revoke, feed.';
    expect(refused).toEqual({ code: 1, stdout: '', stderr: `${line}\n` });
  });

  test('refuses in one line a name that is taken, none, or unknown', async () => {
    await stage.cli(['services', 'create', 'taken']);
    const results = await Promise.all([
      stage.cli(['services', 'create', 'taken']),
      stage.cli(['services', 'create', 'a:b']),
      stage.cli(['services', 'delete', 'nobody']),
    ]);
    const lines = [
      'There is a service named "taken" already. Delete it first for a new secret, or choose another name.',
      'A service cannot be named "a:b"; expected up to 64 letters, digits, dots, hyphens and underscores, beginning with a letter or a digit.',
      'There is no service named "nobody". `services list` shows those there are.',
    ];
    expect(results).toEqual(lines.map((line) => ({ code: 1, stdout: '', stderr: `${line}\n` })));
  });
});
