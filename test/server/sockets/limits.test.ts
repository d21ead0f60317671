import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { SecurityEvent } from '../../../src/contracts/hooks.ts';
import { startTestServer, type TestServer, type TestServerOptions } from '../../support/server.ts';
import { EVENTS, TestSocket, type SocketMessage } from '../../support/sockets.ts';

let server: TestServer | undefined;
afterEach(() => server?.remove());

const start = async (options: TestServerOptions = {}) => (server = await startTestServer('sqlite', options));

async function open(options: TestServerOptions = {}) {
  const started = await start(options);
  const { access } = await started.signIn();
  const socket = await TestSocket.open(started.url, access);
  await socket.next();
  return { started, access, socket };
}

const messageOf = ({ payload }: SocketMessage) => (payload as { message: string; extensions: object }[])[0];

describe('a socket for subscriptions', () => {
  test.each([
    ['without a token', null, 'not_authenticated'],
    ['with a forged one', 'a.b.c', 'token_not_valid'],
  ])('is refused %s', async (_what, access, reason) => {
    const socket = await TestSocket.open((await start()).url, access);
    expect(await socket.closed).toEqual({ code: 4403, reason });
    expect(socket.messages).toEqual([]);
  });

  test('is refused with a refresh token', async () => {
    const { refresh } = await (await start()).signIn();
    const socket = await TestSocket.open(server?.url ?? '', refresh);
    expect(await socket.closed).toEqual({ code: 4403, reason: 'token_wrong_type' });
  });

  test.each([
    ['{ hello }', 'subscriptions alone', 'GRAPHQL_VALIDATION_FAILED'],
    ['mutation { sessionRevokeAll }', 'subscriptions alone', 'GRAPHQL_VALIDATION_FAILED'],
    ['subscription { sessionEvents', 'Syntax Error', 'GRAPHQL_PARSE_FAILED'],
    ['subscription { sessionEvent { id } }', 'Cannot query field', 'GRAPHQL_VALIDATION_FAILED'],
    [`subscription { sessionEvents { ${'a: id '.repeat(60)} } }`, 'aliases', 'GRAPHQL_VALIDATION_FAILED'],
    [`subscription { sessionEvents { ${'id '.repeat(1600)} } }`, '1500 tokens', 'GRAPHQL_PARSE_FAILED'],
  ])('refuses %.40s, and stays open', async (query, words, code) => {
    const { socket } = await open({ env: { NODE_ENV: 'production', PASSWORD_HASH_COST: '10' } });
    socket.subscribe(query);
    const error = messageOf(await socket.next());
    expect(error).toMatchObject({ message: expect.stringContaining(words), extensions: { code } });
    expect(error?.message).not.toContain('Did you mean');
    socket.subscribe(EVENTS, { id: '2' });
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
  });

  test('says what a variable should have been, and repeats no value', async () => {
    const { socket } = await open();
    socket.subscribe(EVENTS, { variables: { since: 'a secret text' } });
    const answer = JSON.stringify(await socket.next());
    expect(answer).toContain('BAD_USER_INPUT');
    expect(answer).not.toContain('a secret text');
  });

  test('has at most twenty subscriptions', async () => {
    const { started, socket } = await open();
    started.clock.advance(1); // past the beginning of their own session
    for (let id = 0; id < 21; id += 1) socket.subscribe(EVENTS, { id: String(id) });
    const refused = await socket.next();
    expect(refused).toMatchObject({ type: 'error', id: '20', payload: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    socket.send({ id: '0', type: 'complete' });
    socket.subscribe(EVENTS, { id: '21' });
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
  });

  test('is one of at most MAX_SOCKETS', async () => {
    const { started, access, socket } = await open({ env: { MAX_SOCKETS: '1' } });
    const second = new TestSocket(started.url);
    expect(String(await once(second.raw, 'error'))).toContain('503');
    await socket.close();
    const third = await TestSocket.open(started.url, access);
    expect(await third.next()).toEqual({ type: 'connection_ack' });
  });

  test('is one of at most fifty of a user', async () => {
    const { started, access } = await open();
    const sockets = await Promise.all(Array.from({ length: 49 }, () => TestSocket.open(started.url, access)));
    for (const socket of sockets) await socket.next();
    const last = await TestSocket.open(started.url, access);
    expect(await last.closed).toEqual({ code: 1013, reason: 'throttled' });
    await sockets[0]?.close();
    const next = await TestSocket.open(started.url, access);
    expect(await next.next()).toEqual({ type: 'connection_ack' });
  });

  test('counts as an attempt of its address, as the proxy names it', async () => {
    const events: SecurityEvent[] = [];
    const env = { THROTTLE_REFRESHES: '2', TRUST_PROXY: 'loopback' };
    const { url } = await start({
      env,
      hooks: { onSecurityEvent: (event) => event.event === 'throttled' && events.push(event) },
    });
    const from = async (address: string) => {
      const socket = await TestSocket.open(url, 'a.b.c', { headers: { 'x-forwarded-for': address } });
      return (await socket.closed).reason;
    };
    const one = [await from('192.0.2.1'), await from('192.0.2.1'), await from('192.0.2.1')];
    expect(one).toEqual(['token_not_valid', 'token_not_valid', 'throttled']);
    expect(await from('192.0.2.2')).toBe('token_not_valid');
    expect(events).toMatchObject([
      { event: 'throttled', operation: 'subscription', client: { ipAddress: '192.0.2.1' } },
    ]);
  });

  test('is closed when a message is longer than a body may be', async () => {
    const { socket } = await open({ env: { MAX_BODY_BYTES: '2000' } });
    socket.subscribe(`subscription { sessionEvents { id } } # ${'x'.repeat(2000)}`);
    expect((await socket.closed).code).toBe(1009);
  });

  test('does no harm with frames that are broken', async () => {
    const { started, socket, access } = await open();
    const { _socket: raw } = socket.raw as unknown as { _socket: Socket };
    socket.raw.on('error', () => {});
    raw.write(Buffer.from([0x81, 0x01, 0x61, 0x81, 0x01, 0x61])); // RFC 6455 5.1: a client has to mask
    await socket.closed;
    const next = await TestSocket.open(started.url, access);
    expect(await next.next()).toEqual({ type: 'connection_ack' });
  });

  test('is closed for a restart when the server stops, also where the client does not answer', async () => {
    const { started, socket, access } = await open();
    const deaf = await TestSocket.open(started.url, access);
    await deaf.next();
    deaf.raw.pause();
    const since = performance.now();
    await started.close();
    expect(performance.now() - since).toBeLessThan(15_000); // `ws` waits for thirty seconds
    expect(await socket.closed).toEqual({ code: 1012, reason: 'service_restart' });
  });
});

describe('the address of the API', () => {
  const request = async (text: string): Promise<string> => {
    const { hostname, port } = new URL(server?.url ?? '');
    const socket = connect(Number(port), hostname);
    socket.end(text.replaceAll('\n', '\r\n'));
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    return answer;
  };
  const body = JSON.stringify({ query: '{ __typename }' });
  const post = (upgrade: string) =>
    `POST /graphql HTTP/1.1\nHost: localhost\nConnection: Upgrade, HTTP2-Settings\nUpgrade: ${upgrade}\nHTTP2-Settings: AAMAAABk\nContent-Type: application/json\nContent-Length: ${body.length}\n\n${body}GET /healthz HTTP/1.1\nHost: localhost\nConnection: close\n\n`;

  test('answers a request that asks for HTTP/2, as clients of Java do, and the next on its connection', async () => {
    await start();
    const answers = await request(post('h2c'));
    expect(answers).toContain('{"data":{"__typename":"Query"}}');
    expect(answers).toContain('{"status":"ok"}');
  });

  test('opens no socket elsewhere', async () => {
    const { url } = await start();
    const socket = new TestSocket(new URL('/healthz', url).href);
    expect(String(await once(socket.raw, 'error'))).toContain('200');
  });

  test('says where subscriptions are, to those who send one by POST', async () => {
    const { client } = await start();
    const { errors } = await client.sendRaw({ query: EVENTS });
    expect(errors).toMatchObject([{ message: expect.stringContaining('graphql-transport-ws') }]);
  });

  test('has no subscriptions where they are off', async () => {
    const { url, client } = await start({ env: { SUBSCRIPTIONS: 'off' } });
    const { errors } = await client.sendRaw({ query: EVENTS });
    expect(errors.map(({ message }) => message)).toContain('This server has no subscriptions.');
    const socket = new TestSocket(url);
    expect(String(await once(socket.raw, 'error'))).toContain('Unexpected server response');
  });
});
