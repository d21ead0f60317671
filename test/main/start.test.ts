import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from '@jest/globals';
import { HelloDocument, TokenObtainPairDocument } from '../generated/operations.ts';
import { Client } from '../support/client.ts';
import { runCommand } from '../support/command.ts';
import { KeptConnection, type KeptAnswer } from '../support/kept-connection.ts';
import { endProcesses, helloWith, refreshWith, runCli, startProcess, TEST_ENV } from '../support/process.ts';
import { withReplacements } from '../support/runbook.ts';
import { TEST_KEY } from '../support/server.ts';
import { snippetsOf } from '../support/snippets.ts';
import { describeEachStore, newPlace, type Place } from '../support/stores.ts';

const SECONDS = 1000;
const DEVELOPMENT = { NODE_ENV: 'development', PASSWORD_HASH_COST: '4' };

const places: Place[] = [];
function place(kind: Parameters<typeof newPlace>[0] = 'sqlite'): Place {
  const made = newPlace(kind);
  places.push(made);
  return made;
}

afterEach(async () => {
  await endProcesses();
  await Promise.all(places.splice(0).map((made) => made.remove()));
});

describeEachStore('a first start in development', (kind) => {
  test('prints an account and a mutation that works as it is printed; the next one keeps the key and prints neither', async () => {
    const { env: at, options } = place(kind);
    const env = { ...DEVELOPMENT, ...at };
    const first = await startProcess({ env });
    const welcome = await first.printed('stderr', /[^]*\n {4}mutation .*\n─+\n/);
    const [, username = '', password = ''] = /: (demo) \/ (\S+)\n/.exec(welcome) ?? [];
    const examples = { 'http://127.0.0.1:4000/graphql': first.url, '4VS1VEhd2GNzjLeb': password };
    expect(snippetsOf('README.md', '').map((shown) => withReplacements(shown, examples))).toEqual([welcome.slice(1)]);
    expect(password.length).toBeGreaterThanOrEqual(16);
    const [mutation = ''] = /mutation .*/.exec(welcome) ?? [];
    const client = new Client(first.url);
    const { data, errors } = await client.sendRaw<{ tokenObtainPair: { access: string; refresh: string } }>({
      query: mutation,
    });
    expect(errors).toEqual([]);
    const pair = data?.tokenObtainPair ?? { access: '', refresh: '' };
    expect(await helloWith(client, pair.access)).toBe('Hello, demo!');

    const key = join(options.dataDir, 'development-signing-key');
    const secret = readFileSync(key, 'utf8');
    expect(secret.length).toBeGreaterThanOrEqual(43);
    expect(statSync(key).mode & 0o777).toBe(0o600);
    expect(await first.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(first.stdout()).not.toContain(password);
    expect(first.stdout() + first.stderr()).not.toContain(secret);

    const second = await startProcess({ env });
    const again = new Client(second.url);
    expect(await helloWith(again, pair.access)).toBe('Hello, demo!');
    expect(await refreshWith(again, pair.refresh)).toMatchObject({ reason: null });
    expect(await again.expect(TokenObtainPairDocument, { username, password })).toBeDefined();
    expect(await second.kill('SIGINT')).toEqual({ code: 0, signal: null });
    expect(second.stderr()).toBe('');
    expect(readFileSync(key, 'utf8')).toBe(secret);
  });

  test('by two processes at once makes one account and one key', async () => {
    const env = { ...DEVELOPMENT, ...place(kind).env };
    const both = await Promise.all([startProcess({ env }), startProcess({ env })]);
    const [here, there] = both.map(({ url }) => new Client(url));
    if (!here || !there) throw new Error('there are not two');
    await Promise.race(both.map(({ printed }) => printed('stderr', /mutation .*\n/)));
    const [, password = ''] = /demo \/ (\S+)/.exec(both.map(({ stderr }) => stderr()).join('')) ?? [];
    const { tokenObtainPair } = await here.expect(TokenObtainPairDocument, { username: 'demo', password });
    expect(await helloWith(there, tokenObtainPair.access)).toBe('Hello, demo!');
    await Promise.all(both.map(({ kill }) => kill('SIGTERM')));
    expect(
      both
        .map(({ stderr }) => stderr())
        .join('')
        .match(/demo \//g),
    ).toHaveLength(1);
  });
});

/** Whether a new request is taken; one that is refused gets no connection, or 503 in the moment before. */
const isServed = (url: string) =>
  fetch(url).then(
    ({ status }) => status !== 503,
    () => false,
  );

describe('SIGTERM', () => {
  test('lets a request that runs be answered, takes no other, and exits with 0', async () => {
    const server = await startProcess({ env: { ...TEST_ENV, ...place().env } });
    await new Client(server.url).sendRaw({ query: '{ __typename }' }); // leaves an idle connection
    const body = JSON.stringify({ query: '{ __typename }' });
    const headers = { 'content-type': 'application/json', 'content-length': body.length, expect: '100-continue' };
    const running = request(server.url, { method: 'POST', headers, agent: false });
    running.flushHeaders();
    await once(running, 'continue'); // the server has begun with it, and waits for the body
    const answered = once(running, 'response') as Promise<[NodeJS.ReadableStream & { statusCode: number }]>;
    answered.catch(() => {}); // where it is cut off, the `await` below says so
    const exited = server.kill('SIGTERM');
    await server.printed('stdout', /"msg":"stopping"/);
    let takesMore = true;
    while (takesMore) takesMore = await isServed(server.url);
    running.end(body);
    const [response] = await answered;
    expect(response.statusCode).toBe(200);
    expect(JSON.parse(await text(response))).toEqual({ data: { __typename: 'Query' } });
    expect(await exited).toEqual({ code: 0, signal: null });
    expect(server.stdout()).toMatch(/"msg":"stopped"\}\n$/);
    expect(server.stderr()).toBe('');
  });

  test('loses no request of a connection it has, however busy, and tells clients to leave', async () => {
    const server = await startProcess({ env: { ...TEST_ENV, ...place().env } });
    let answered = 0;
    let exited: Promise<unknown> | undefined;
    const askUntilLast = async (connection: KeptConnection): Promise<KeptAnswer> => {
      const answer = await connection.post({ query: '{ __typename }' });
      answered += 1;
      if (answered === 200) exited = server.kill('SIGTERM');
      return answer.isLast || answer.status !== 200 ? answer : askUntilLast(connection);
    };
    const connections = Array.from({ length: 20 }, () => new KeptConnection(server.url));
    const last = await Promise.all(connections.map(askUntilLast));
    expect(last.filter(({ status, isLast }) => status !== 200 || !isLast)).toEqual([]);
    expect(await exited).toEqual({ code: 0, signal: null });
  });
});

describe('a start that cannot succeed says why in one line that names the setting', () => {
  const start = (env: Readonly<Record<string, string>>) => runCommand(['start'], { env });
  const line = (pattern: RegExp) => ({ code: 1, stdout: '', stderr: expect.stringMatching(pattern) });

  test('when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    try {
      const result = await runCli(['start'], { env: { ...TEST_ENV, ...place().env, PORT: String(port) } });
      expect(result).toEqual(line(new RegExp(`^PORT: .*127\\.0\\.0\\.1:${port}.*\n$`)));
    } finally {
      other.close();
    }
  });

  test('when the address is none of this machine', async () => {
    const result = await start({ ...TEST_ENV, ...place().env, PORT: '0', HOST: '192.0.2.1' });
    expect(result).toEqual(line(/^HOST: .*192\.0\.2\.1.*\n$/));
  });

  test('when MongoDB cannot be reached, without the password of its URI', async () => {
    const env = { ...TEST_ENV, ...place().env };
    const uris = ['mongodb://127.0.0.1:1/', 'mongodb://admin:geheim@127.0.0.1:1/', 'mongodb://admin:geheim'];
    const results = await Promise.all(uris.map((uri) => start({ ...env, MONGODB_URI: uri })));
    for (const result of results) expect(result).toEqual(line(/^MONGODB_URI: [^\n]*\n$/));
    expect(results[0]?.stderr).toContain('ECONNREFUSED 127.0.0.1:1; expected a MongoDB that answers there.');
    expect(results.map(({ stderr }) => stderr).join('')).not.toContain('geheim');
  });

  test.each([
    ['with a key given', TEST_ENV],
    ['where the key would be kept', DEVELOPMENT],
  ])('when a file is in the place of DATA_DIR, %s', async (_when, env) => {
    const folder = mkdtempSync(join(tmpdir(), 'simplejwt-'));
    const file = join(folder, 'data');
    writeFileSync(file, 'somebody needs this');
    try {
      expect(await start({ ...env, DATA_DIR: file })).toEqual(
        line(/^DATA_DIR: [^\n]*; expected a folder that this user can write[^\n]*\.\n$/),
      );
      expect(readFileSync(file, 'utf8')).toBe('somebody needs this');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('when the key that was kept is empty', async () => {
    const { env, options } = place();
    writeFileSync(join(options.dataDir, 'development-signing-key'), '');
    expect(await start({ ...DEVELOPMENT, ...env })).toEqual(line(/^[^\n]*development-signing-key[^\n]*\n$/));
  });

  test.each([
    ['a bad setting', { JWT_ACCESS_TOKEN_LIFETIME: 'soon' }, /^JWT_ACCESS_TOKEN_LIFETIME: got "soon", expected .*\n$/],
    ['no key in production', { JWT_SIGNING_KEY: '' }, /^JWT_SIGNING_KEY: not set, expected .*\n$/],
    [
      'a short key',
      { JWT_SIGNING_KEY: 'geheim' },
      /^JWT_SIGNING_KEY: got a secret of 6 bytes, expected at least 32 .*\n$/,
    ],
    ['a public key as a secret', { JWT_SIGNING_KEY: '-----BEGIN geheim' }, /^JWT_SIGNING_KEY: got a PEM key.*\n$/],
    ['no PEM key for RS256', { JWT_ALGORITHM: 'RS256', JWT_SIGNING_KEY: 'geheim' }, /^JWT_SIGNING_KEY: got text .*\n$/],
    ['an unknown JWT_ variable', { JWT_SIGNING_KEYS: 'geheim' }, /^JWT_SIGNING_KEYS: unknown setting.*\n$/],
    ['a cheap hash', { PASSWORD_HASH_COST: '4' }, /^PASSWORD_HASH_COST: got 4, expected at least 10 .*\n$/],
  ])('S6: with %s in production, and shows no secret', async (_what, extra, pattern) => {
    const production = { NODE_ENV: 'production', JWT_SIGNING_KEY: TEST_KEY, ...place().env };
    const result = await start({ ...production, ...extra });
    expect(result).toEqual(line(pattern));
    expect(result.stderr).not.toMatch(/geheim|seed-test-key/);
  });
});

describe('production with a good key', () => {
  test(
    'S33: makes no account, tells nothing of its schema, and has no GraphiQL',
    async () => {
      const { env: data } = place();
      const env = { ...data, NODE_ENV: 'production', JWT_SIGNING_KEY: TEST_KEY };
      const server = await startProcess({ env });
      const client = new Client(server.url);
      const introspection = await client.sendRaw({ query: '{ __schema { types { name } } }' });
      expect(introspection).toMatchObject({ status: 400, data: null, errors: [expect.anything()] });
      const typos = [
        '{ helo }',
        '{ hello: hell }',
        'mutation { tokenRefresh(refres: "x") { acces } }',
        '{ me { usernam } }',
      ];
      for (const query of typos) {
        const { errors } = await client.sendRaw({ query });
        expect(errors.length).toBeGreaterThan(0);
        expect(JSON.stringify(errors)).not.toMatch(/did you mean/i);
      }
      const page = await fetch(server.url, { headers: { accept: 'text/html' } });
      expect(await page.text()).not.toMatch(/<html|graphiql/i);
      expect((await client.send(HelloDocument, {})).errors[0]?.extensions['reason']).toBe('not_authenticated');
      const { stdout } = await runCommand(['users', 'list', '--json'], { env });
      expect(stdout).toBe('[]\n');
      expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
      expect(server.stderr()).toBe('');
    },
    30 * SECONDS,
  );
});
