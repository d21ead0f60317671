import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from '@jest/globals';
import { PATIENCE } from '../../../src/server/http/app.ts';
import { KeptConnection } from '../../support/kept-connection.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

const OPERATION = { query: '{ __typename }' };
const BODY = JSON.stringify(OPERATION);
const RAW = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;
/** Longer than a test may take. */
const FOREVER = 60_000;

describe('a server that is closed', () => {
  const connections: KeptConnection[] = [];
  let server: TestServer;
  afterEach(async () => {
    for (const connection of connections.splice(0)) connection.end();
    await server.remove();
  });

  const start = async (leave: number) => {
    server = await startTestServer('sqlite', { patience: { ...PATIENCE, leave } });
  };
  const newConnection = () => {
    const connection = new KeptConnection(server.url);
    connections.push(connection);
    return connection;
  };
  const answer = (isLast: boolean) => ({ status: 200, isLast, body: '{"data":{"__typename":"Query"}}' });

  test('answers the next request of an idle connection as its last, and does not wait for more', async () => {
    await start(FOREVER);
    const connection = newConnection();
    expect(await connection.post(OPERATION)).toEqual(answer(false));
    const closed = server.close();
    expect(await connection.post(OPERATION)).toEqual(answer(true));
    await closed;
  });

  test('answers the request that runs as the last of its connection', async () => {
    await start(FOREVER);
    const connection = newConnection();
    const running = connection.begin(BODY, { expect: '100-continue' });
    await once(running, 'continue');
    const closed = server.close();
    expect(await connection.finish(running, BODY)).toEqual(answer(true));
    await closed;
  });

  test('answers all requests that were sent ahead on one connection', async () => {
    await start(FOREVER);
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write(RAW);
    const [first] = (await once(socket, 'data')) as [Buffer];
    const closed = server.close();
    socket.write(RAW.repeat(3));
    const [, ...answers] = `${first.toString()}${await text(socket)}`.split('HTTP/1.1 200 OK\r\n');
    expect(answers.map((each) => /^connection: close\r$/im.test(each))).toEqual([false, false, false, true]);
    await closed;
  });

  test('takes no new connection, and ends idle ones in the end', async () => {
    await start(50);
    const connection = newConnection();
    await connection.post(OPERATION);
    const closed = server.close();
    await expect(newConnection().post(OPERATION)).rejects.toThrow('ECONNREFUSED');
    await closed;
    // This side may not have read yet that the connection has ended, and sends on it once more.
    await expect(connection.post(OPERATION)).rejects.toThrow(/ECONNREFUSED|ECONNRESET|socket hang up/);
  });
});
