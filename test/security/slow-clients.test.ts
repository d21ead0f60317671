import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Patience } from '../../src/server/http/app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

/** So little that a test need not wait, and so different that each limit is seen to be its own. */
const PATIENCE: Patience = { headers: 300, request: 900, check: 20, silence: 600, keepAlive: 400, leave: 20 };
const BODY = '{"query":"{ __typename }"}';
const HEAD = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n`;

describe('a client that dawdles', () => {
  let server: TestServer;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    server = await startTestServer('sqlite', { patience: PATIENCE });
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });
  afterAll(() => server.remove());

  async function dial(): Promise<Socket> {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => {}); // however it is hung up on
    await once(socket, 'connect');
    return socket;
  }

  /** Resolves when the server has hung up: what it said, and after how long. */
  async function hungUp(socket: Socket): Promise<{ readonly said: string; readonly after: number }> {
    const started = performance.now();
    let said = '';
    socket.on('data', (chunk) => (said += chunk.toString()));
    await once(socket, 'close');
    return { said, after: performance.now() - started };
  }
  const isServed = async () => (await server.client.sendRaw({ query: '{ __typename }' })).status === 200;

  test.each([
    ['connects and says nothing', '', PATIENCE.headers],
    ['stops amid the first line', 'POST /gra', PATIENCE.headers],
    ['stops amid the headers', HEAD, PATIENCE.headers],
    ['stops before the body', `${HEAD}\r\n`, PATIENCE.silence],
    ['stops amid the body', `${HEAD}\r\n${BODY.slice(0, 9)}`, PATIENCE.silence],
  ])('S38: %s: it is hung up on in time, and nobody else', async (_what, text, limit) => {
    const socket = await dial();
    socket.write(text);
    const ended = hungUp(socket);
    expect(await isServed()).toBe(true);
    const { said, after } = await ended;
    expect(said).toMatch(/^(HTTP\/1\.1 408 |$)/);
    expect(after).toBeGreaterThan(limit / 2);
    expect(after).toBeLessThan(limit + 5000);
  });

  test.each([
    ['its headers', HEAD, PATIENCE.headers],
    ['its body', `${HEAD}\r\n`, PATIENCE.request],
  ])('S38: a byte of %s now and then does not keep it alive', async (_what, text, limit) => {
    const socket = await dial();
    socket.write(text);
    const drip = setInterval(() => socket.write('x'), 50);
    const { said, after } = await hungUp(socket);
    clearInterval(drip);
    expect(said).toMatch(/^HTTP\/1\.1 408 /);
    expect(after).toBeLessThan(limit + 5000);
  });

  test('S38: an idle connection is kept for a while and no longer', async () => {
    const socket = await dial();
    socket.write(`${HEAD}\r\n${BODY}`);
    const { said, after } = await hungUp(socket);
    expect(said).toMatch(/^HTTP\/1\.1 200 /);
    expect(after).toBeGreaterThan(PATIENCE.keepAlive / 2);
    expect(after).toBeLessThan(PATIENCE.keepAlive + 5000);
  });

  const pathOfScript = async () => {
    const page = await (await fetch(server.url, { headers: { accept: 'text/html' } })).text();
    return /src="([^"]+\.js)"/.exec(page)?.[1] ?? '';
  };

  test('S38: whoever asks and asks and never reads is hung up on', async () => {
    const socket = await dial();
    const requests = `GET ${await pathOfScript()} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(300_000);
    socket.pause();
    const flushed = new Promise((resolve) => socket.write(requests, resolve));
    // The server reads no further than it can answer, so that the rest waits here until it hangs up.
    expect(await flushed).toMatchObject({ code: expect.stringMatching(/ECONNRESET|EPIPE/) });
    expect(await isServed()).toBe(true);
  });

  test('S38: whoever does not take an answer is hung up on, and so keeps no server from stopping', async () => {
    const socket = await dial();
    socket.write(`GET ${await pathOfScript()} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(40));
    await once(socket, 'readable'); // the answers have begun, and are more than what lies between can hold
    await expect(server.remove()).resolves.toBeUndefined();
    server = await startTestServer('sqlite', { patience: PATIENCE });
  });
});

describe('the limits without which tests would wait', () => {
  test('S38: are those of a request in seconds, looked at each second', async () => {
    const { PATIENCE: inForce } = await import('../../src/server/http/app.ts');
    expect(inForce.headers).toBeLessThanOrEqual(10_000);
    expect(inForce.request).toBeLessThanOrEqual(10_000);
    expect(inForce.check).toBeLessThanOrEqual(1000);
    expect(inForce.silence).toBeLessThanOrEqual(60_000);
    expect(inForce.keepAlive).toBeLessThanOrEqual(120_000);
  });
});
