import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from '../support/client.ts';
import { runCommand } from '../support/command.ts';
import { endProcesses, helloWith, startProcess, TEST_ENV } from '../support/process.ts';
import { keeperOf, kidOf, until } from '../support/ring.ts';
import { PASSWORD } from '../support/server.ts';
import { newPlace, type Place } from '../support/stores.ts';

const KID = /[\w-]{43}/;
const MOMENT = /^\d{4}-\d\d-\d\dT\S+Z$/;

describe('the command line, for keys', () => {
  let place: Place;
  let keysDir: string;
  let env: Readonly<Record<string, string>>;
  beforeEach(() => {
    place = newPlace('sqlite');
    keysDir = join(place.options.dataDir, 'keys');
    env = { ...place.env, NODE_ENV: 'production', JWT_KEYS_DIR: keysDir };
  });
  afterEach(async () => {
    await endProcesses();
    await place.remove();
  });
  const keys = (...args: string[]) => runCommand(['keys', ...args], { env });
  const refused = (stderr: string | RegExp) => ({
    code: 1,
    stdout: '',
    stderr: typeof stderr === 'string' ? `${stderr}\n` : expect.stringMatching(stderr),
  });

  test('S8: makes a first key, rotates, lists and retires, with nothing of a key in what it prints', async () => {
    const printed: string[] = [];
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await keys(...args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      printed.push(stdout);
      return stdout;
    };
    expect(await run('list')).toBe('');
    const first = await run('generate', '--algorithm', 'RS256');
    expect(first).toMatch(
      /^kid: [\w-]{43}\nalgorithm: RS256\nstate: signing\ncreatedAt: .*\nsignsFrom: .*\nretiresAt: -\n$/,
    );
    const [kid = ''] = KID.exec(first) ?? [];
    const before = Date.now();
    const next = JSON.parse(await run('rotate', '--json')) as Readonly<Record<string, string>>;
    expect(next).toEqual({
      kid: expect.stringMatching(KID),
      algorithm: 'RS256',
      state: 'published',
      createdAt: expect.stringMatching(MOMENT),
      signsFrom: expect.stringMatching(MOMENT),
      retiresAt: null,
    });
    const wait = Date.parse(String(next['signsFrom'])) - before;
    expect(wait).toBeGreaterThanOrEqual(600_000);
    expect(wait).toBeLessThan(660_000);
    const [header, ...rows] = (await run('list')).trimEnd().split('\n');
    expect(header).toMatch(/^kid +algorithm +state +createdAt +signsFrom +retiresAt$/);
    expect(rows).toEqual([expect.stringMatching(/ RS256 +signing /), expect.stringMatching(/ RS256 +published .* -$/)]);
    await run('rotate', '--activate-after', '0', '--algorithm', 'ES512');
    expect(JSON.parse(await run('retire', kid, '--json'))).toMatchObject({ kid, state: 'retired' });
    const listed = JSON.parse(await run('list', '--json')) as { algorithm: string; state: string }[];
    expect(listed.map(({ algorithm, state }) => [algorithm, state])).toEqual([
      ['RS256', 'published'],
      ['ES512', 'signing'],
    ]);
    await run('rotate', '--emergency');
    expect(readdirSync(keysDir)).toHaveLength(1);
    for (const file of readdirSync(keysDir)) {
      expect(statSync(join(keysDir, file)).mode & 0o777).toBe(0o600);
      const { jwk } = JSON.parse(readFileSync(join(keysDir, file), 'utf8')) as { jwk: { d: string } };
      expect(printed.join('')).not.toContain(jwk.d);
    }
    expect(existsSync(join(place.options.dataDir, 'simplejwt.sqlite'))).toBe(false); // no store is opened for it
  });

  test('makes a key for JWT_ALGORITHM where none is named', async () => {
    const { stdout } = await runCommand(['keys', 'generate'], { env: { ...env, JWT_ALGORITHM: 'PS384' } });
    expect(stdout).toContain('algorithm: PS384\n');
  });

  test('says in one line what it cannot do', async () => {
    const [none, rotated, unknown, unset] = await Promise.all([
      runCommand(['start'], { env }),
      keys('rotate'),
      keys('generate', '--algorithm', 'EdDSA'),
      runCommand(['keys', 'list'], { env: { ...TEST_ENV, ...place.env } }),
    ]);
    const make = 'create it, with a first key, by: npx graphql-simplejwt keys generate';
    expect(none).toEqual(refused(`JWT_KEYS_DIR: there is no folder ${keysDir}; ${make}.`));
    expect(rotated).toEqual(refused(`There is no key in ${keysDir} yet. Create the first with \`keys generate\`.`));
    expect(unknown).toEqual(
      refused(/^--algorithm: got "EdDSA", expected one of HS256, .*; jsonwebtoken does not have EdDSA\.\n$/),
    );
    expect(unset).toEqual(refused('JWT_KEYS_DIR: not set, expected the folder of the key ring.'));

    const { kid } = await keeperOf(keysDir).generate();
    writeFileSync(join(place.options.dataDir, 'file'), '');
    const results = await Promise.all([
      keys('generate'),
      keys('retire', kid),
      keys('retire', '../keys'),
      keys('rotate', '--activate-after', 'soon'),
      keys('rotate', '--emergency', '--activate-after', '1m'),
      runCommand(['keys', 'generate'], { env: { ...env, JWT_KEYS_DIR: join(place.options.dataDir, 'file') } }),
    ]);
    expect(results).toEqual([
      refused(`There are keys in ${keysDir} already. \`keys rotate\` adds one.`),
      refused('This key signs. `keys rotate` first, or `keys rotate --emergency` to end it at once.'),
      refused('There is no such key. `keys list` shows those there are.'),
      refused(/^--activate-after: got "soon", expected a duration from 0s to 30d, .*\n$/),
      refused('--emergency signs immediately: omit --activate-after.'),
      refused(/^JWT_KEYS_DIR: .*file cannot be read: ENOTDIR[^\n]*\n$/),
    ]);
    expect(readdirSync(keysDir)).toEqual([`${kid}.json`]);
  });

  test('says in an emergency that the key from before the ring still verifies', async () => {
    await keeperOf(keysDir).generate();
    const { code, stderr } = await runCommand(['keys', 'rotate', '--emergency'], {
      env: { ...env, JWT_SIGNING_KEY: TEST_ENV.JWT_SIGNING_KEY },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^JWT_SIGNING_KEY still .*\n$/) });
  });

  test('lists what there is beside a file that is no key, and names that', async () => {
    const { kid } = await keeperOf(keysDir).generate();
    const file = join(keysDir, `${'A'.repeat(43)}.json`);
    writeFileSync(file, '{"createdAt":');
    const { code, stdout, stderr } = await keys('list', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: `${file}: it is not the whole of a key\n` });
    expect(JSON.parse(stdout)).toMatchObject([{ kid, state: 'signing' }]);
  });

  test('rotates a running server, which a broken file does not take down', async () => {
    const { kid } = await keeperOf(keysDir).generate('ES256');
    const server = await startProcess({ env: { ...env, NODE_ENV: 'test', PASSWORD_HASH_COST: '4' } });
    await runCommand(['users', 'create', 'alice', '--password-stdin'], { env, input: PASSWORD });
    const client = new Client(server.url);
    const { access } = await client.signIn('alice', PASSWORD);
    expect(kidOf(access)).toBe(kid);
    const broken = join(keysDir, `${'A'.repeat(43)}.json`);
    writeFileSync(broken, '{"createdAt":');
    writeFileSync(join(keysDir, `${kid}.json`), '{');
    await server.printed('stdout', /"msg":"the key ring cannot be read as it is, and stays as it was"/);
    expect(await helloWith(client, access)).toBe('Hello, alice!');
    const problem = `${join(keysDir, `${kid}.json`)}: it is not the whole of a key. Repair or remove it first.`;
    rmSync(broken);
    expect(await keys('generate')).toEqual(refused(problem));
    rmSync(join(keysDir, `${kid}.json`));
    const { stdout } = await keys('generate', '--json');
    const next = (JSON.parse(stdout) as { kid: string }).kid;
    await until(async () => kidOf((await client.signIn('alice', PASSWORD)).access) === next);
    await server.printed('stdout', /"msg":"the key ring has changed"/);
    expect(server.stdout()).not.toMatch(/"d"/);
    expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(server.stderr()).toBe('');
  });
});
