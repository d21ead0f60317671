import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../support/server.ts';

const QUERY = '{ hello }';
const ARRIVAL = 'http.server.request.start';

describe('requests that arrive in one turn of the event loop', () => {
  const events: string[] = [];
  const arrived = () => events.push('arrived');
  let server: TestServer;
  let sockets: Socket[] = [];

  beforeEach(async () => {
    const tokenUser = () => {
      events.push('authenticated');
      return { id: '1', username: 'alice' };
    };
    server = await startTestServer('sqlite', { env: { JWT_AUTHENTICATION: 'stateless' }, hooks: { tokenUser } });
    const port = Number(new URL(server.url).port);
    sockets = [1, 2, 3].map(() => connect(port, '127.0.0.1').setEncoding('utf8'));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  });
  afterEach(async () => {
    jest.useRealTimers();
    for (const socket of sockets) socket.destroy();
    await server.remove();
  });

  const sendAll = (access: string, operation: object) => {
    const body = JSON.stringify(operation);
    const head = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer ${access}`;
    for (const socket of sockets) socket.write(`${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    return Promise.all(sockets.map((socket) => once(socket, 'data')));
  };

  test.each([
    ['operations in JSON', { query: QUERY }],
    ['what goes through Apollo Server', { query: QUERY, extensions: {} }],
  ])('are all read before the first is answered: %s', async (_, operation) => {
    const { access } = await server.signIn();
    await sendAll(access, operation); // the text of the operation is new the first time
    subscribe(ARRIVAL, arrived);
    events.length = 0;
    const answers = await sendAll(access, operation);
    unsubscribe(ARRIVAL, arrived);
    expect(answers.flat()).toEqual(sockets.map(() => expect.stringMatching('Hello, alice!')));
    expect(events).toEqual([...sockets.map(() => 'arrived'), ...sockets.map(() => 'authenticated')]);
  });

  test('are answered also where a test of an application has stopped the timers', async () => {
    jest.useFakeTimers();
    const { auth } = await server.auth.context({ req: { headers: {} } });
    expect(await auth.tokens.forUser(server.alice)).toHaveProperty('access'); // a write of SQLite
  });
});
