import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { Service } from '../../support/service.ts';

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

  const sendAll = (path: string, body: string, headers: Readonly<Record<string, string>>) => {
    const all = { host: 'localhost', 'content-length': body.length, ...headers };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    for (const socket of sockets) socket.write(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
    return Promise.all(sockets.map((socket) => once(socket, 'data')));
  };
  /** What happened while all were sent and answered. */
  const watch = async (send: () => Promise<unknown[][]>, answer: string) => {
    subscribe(ARRIVAL, arrived);
    events.length = 0;
    const answers = await send();
    unsubscribe(ARRIVAL, arrived);
    expect(answers.flat()).toEqual(sockets.map(() => expect.stringMatching(answer)));
    return events;
  };
  const each = (event: string) => sockets.map(() => event);

  test.each([
    ['operations in JSON', { query: QUERY }],
    ['what goes through Apollo Server', { query: QUERY, extensions: {} }],
  ])('are all read before the first is answered: %s', async (_, operation) => {
    const { access } = await server.signIn();
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${access}` };
    const send = () => sendAll('/graphql', JSON.stringify(operation), headers);
    await send(); // the text of the operation is new the first time
    expect(await watch(send, 'Hello, alice!')).toEqual([...each('arrived'), ...each('authenticated')]);
  });

  test('are all read before the first is answered: introspection', async () => {
    const { access } = await server.signIn();
    const { authorization = '' } = await Service.of(server);
    const headers = { 'content-type': 'application/x-www-form-urlencoded', authorization };
    const authenticate = server.auth.services.authenticate.bind(server.auth.services);
    jest.spyOn(server.auth.services, 'authenticate').mockImplementation((...asked) => {
      events.push('authenticated');
      return authenticate(...asked);
    });
    const send = () => sendAll('/oauth/introspect', `token=${access}`, headers);
    expect(await watch(send, '"active":true')).toEqual([...each('arrived'), ...each('authenticated')]);
  });

  test('are answered also where a test of an application has stopped the timers', async () => {
    jest.useFakeTimers();
    const { auth } = await server.auth.context({ req: { headers: {} } });
    expect(await auth.tokens.forUser(server.alice)).toHaveProperty('access'); // a write of SQLite
  });
});
