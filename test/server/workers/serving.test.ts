import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { print } from 'graphql';
import { TokenObtainPairDocument, TokenRefreshDocument } from '../../generated/operations.ts';
import { Client } from '../../support/client.ts';
import { KeptConnection, type KeptAnswer } from '../../support/kept-connection.ts';
import { helloWith, logRecords, startProcess, type RunningProcess } from '../../support/process.ts';
import { keeperOf } from '../../support/ring.ts';
import { PASSWORD } from '../../support/server.ts';
import { sharedStoreKinds, stageForWorkers, whenServed, workersOf } from '../../support/workers.ts';

const OPERATION = { query: '{ __typename }' };
const FREE = 10;
const SECONDS = 1000;
const many = <Item>(count: number, make: () => Item) => Array.from({ length: count }, make);

describe.each(sharedStoreKinds)('two workers of one server on one %s', () => {
  const stage = stageForWorkers(afterAll);
  let server: RunningProcess;
  beforeAll(async () => {
    server = await stage.start();
  });

  test('S30: serve one port, and count attempts together', async () => {
    const client = new Client(server.url);
    const wrong = { username: 'alice', password: 'not the password' };
    const started = Date.now();
    const answers = await Promise.all(many(100, () => client.send(TokenObtainPairDocument, wrong)));
    const reasons = answers.map(({ errors }) => errors[0]?.extensions['reason']);
    // Time runs by itself: one more was let through after a second, one more two seconds later, and so on.
    const later = Math.floor(Math.log2((Date.now() - started) / 1000 + 1));
    const checked = reasons.filter((reason) => reason === 'no_active_account').length;
    expect(checked).toBeGreaterThanOrEqual(FREE);
    expect(checked).toBeLessThanOrEqual(FREE + later);
    expect(reasons.filter((reason) => reason === 'throttled')).toHaveLength(100 - checked);
    const events = logRecords(server.stdout()).filter(({ msg }) => msg === 'security event');
    const answering = new Set(events.map(({ pid }) => Number(pid)));
    expect(answering).toEqual(new Set(workersOf(server)));
    expect(answering.size).toBe(2);
    expect(answering).not.toContain(server.pid);
  });

  test('answer what arrives on their connections after SIGTERM, and end with the supervisor', async () => {
    let answered = 0;
    let exited: Promise<unknown> | undefined;
    const askUntilLast = async (connection: KeptConnection): Promise<KeptAnswer> => {
      const answer = await connection.post(OPERATION);
      answered += 1;
      if (answered === 200) exited = server.kill('SIGTERM');
      return answer.isLast || answer.status !== 200 ? answer : askUntilLast(connection);
    };
    const last = await Promise.all(many(20, () => askUntilLast(new KeptConnection(server.url))));
    expect(last.filter(({ status, isLast }) => status !== 200 || !isLast)).toEqual([]);
    expect(await exited).toEqual({ code: 0, signal: null });
    expect(server.stdout().match(/"msg":"stopped"/g)).toHaveLength(3);
  });
});

describe.each(sharedStoreKinds)('two workers on one %s', () => {
  const stage = stageForWorkers();

  test('say once that they listen, and in development share one key and show one account', async () => {
    const { env } = stage.newPlace();
    const server = await startProcess({ env: { ...env, NODE_ENV: 'development', JWT_SIGNING_KEY: '' } });
    await server.printed('stderr', /mutation .*\n/);
    const [, password = ''] = /demo \/ (\S+)/.exec(server.stderr()) ?? [];
    const client = new Client(server.url);
    const { access } = await client.signIn('demo', password);
    const greetings = await Promise.all(many(20, () => helloWith(client, access)));
    expect(new Set(greetings)).toEqual(new Set(['Hello, demo!']));
    expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(server.stderr().match(/demo \//g)).toHaveLength(1);
    const listening = logRecords(server.stdout()).filter(({ msg }) => msg === 'listening');
    expect(listening).toEqual([expect.objectContaining({ url: server.url, workers: 2, store: 'mongodb' })]);
  });

  test('all see a new key in the ring', async () => {
    const place = stage.newPlace();
    const env = { ...place.env, JWT_KEYS_DIR: `${place.options.dataDir}/keys` };
    await keeperOf(env.JWT_KEYS_DIR).generate();
    const server = await startProcess({ env });
    await keeperOf(env.JWT_KEYS_DIR).rotate({ activateAfter: 600 });
    await server.printed('stdout', /("the key ring has changed"[^]*){2}/);
    const changed = logRecords(server.stdout()).filter(({ msg }) => msg === 'the key ring has changed');
    expect(new Set(changed.map(({ pid }) => pid))).toEqual(new Set(workersOf(server)));
  });

  test(
    'are replaced by SIGHUP under load, and no request is lost',
    async () => {
      const server = await stage.start({ JWT_REUSE_GRACE: '0', THROTTLE: 'off' });
      const before = await whenServed(server, 2);
      const client = new Client(server.url);
      const query = print(TokenRefreshDocument);
      const over = new AbortController();
      let answered = 0;
      /** Each token once: an exchange that happened and was not answered would end the session. */
      const refreshUntilOver = async (newConnection: () => KeptConnection) => {
        let { refresh } = await client.signIn('alice', PASSWORD);
        while (!over.signal.aborted) {
          const { status, body } = await newConnection().post({ query, variables: { refresh } });
          const { data } = JSON.parse(body) as { data: { tokenRefresh: { refresh: string } } | null };
          if (status !== 200 || data === null) throw new Error(`${status}: ${body}`);
          refresh = data.tokenRefresh.refresh;
          answered += 1;
        }
      };
      const chains = [
        ...many(6, () => new KeptConnection(server.url)).map((connection) => refreshUntilOver(() => connection)),
        ...many(4, () => refreshUntilOver(() => new KeptConnection(server.url, { keepAlive: false }))),
      ];
      const all = Promise.all(chains);
      all.catch(() => {}); // the `await` below says so
      process.kill(server.pid, 'SIGHUP');
      await server.printed('stdout', /"all workers were replaced"/);
      process.kill(server.pid, 'SIGHUP');
      await server.printed('stdout', /("all workers were replaced"[^]*){2}/);
      const sofar = answered;
      over.abort();
      await all;
      expect(sofar).toBeGreaterThan(50);
      expect(new Set([...before, ...(await whenServed(server, 6))]).size).toBe(4);
      expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
      expect(server.stderr()).toBe('');
    },
    90 * SECONDS,
  );

  test('whose supervisor is killed finish what runs, and end', async () => {
    const server = await stage.start();
    await whenServed(server, 2);
    const body = JSON.stringify(OPERATION);
    const connections = many(4, () => new KeptConnection(server.url));
    const running = connections.map((connection) => connection.begin(body, { expect: '100-continue' }));
    await Promise.all(running.map((request) => once(request, 'continue')));
    process.kill(server.pid, 'SIGKILL');
    await server.printed('stdout', /("by":"the end of the supervisor"[^]*){2}/);
    const answers = await Promise.all(running.map(async (request, index) => connections[index]?.finish(request, body)));
    expect(answers.map((answer) => answer?.status)).toEqual([200, 200, 200, 200]);
    await server.exited; // when nobody holds its output any more: neither worker is left
  });

  test('end at once at a second signal, whatever runs', async () => {
    const server = await stage.start();
    const running = new KeptConnection(server.url).begin(JSON.stringify(OPERATION), { expect: '100-continue' });
    running.on('error', () => {}); // it is cut off
    await once(running, 'continue');
    const exited = server.kill('SIGTERM');
    await server.printed('stdout', /("msg":"stopping"[^]*){3}/);
    const started = performance.now();
    await server.kill('SIGINT');
    expect(await exited).toEqual({ code: 1, signal: null });
    expect(performance.now() - started).toBeLessThan(9000); // the request alone could have taken ten seconds
  });
});
