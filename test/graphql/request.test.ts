import { afterEach, expect, jest, test } from '@jest/globals';
import type { GraphQLFormattedError } from 'graphql';
import { HelloDocument, PasswordChangeDocument, SessionsDocument } from '../generated/operations.ts';
import { startTestLibrary, type TestLibrary } from '../support/library.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';

let running: Pick<TestServer | TestLibrary, 'remove'>;
afterEach(async () => {
  jest.restoreAllMocks();
  await running.remove();
});

test('the session of a changed password knows where it was changed', async () => {
  const server = await startTestServer('sqlite');
  running = server;
  const { access } = await server.signIn();
  const answer = await server.client.send(
    PasswordChangeDocument,
    { currentPassword: PASSWORD, newPassword: 'through the looking glass' },
    { token: access, headers: { 'user-agent': 'Phone/2.0' } },
  );
  const token = answer.data?.passwordChange.access ?? '';
  const { sessions } = await server.client.expect(SessionsDocument, {}, { token });
  expect(sessions).toMatchObject([{ userAgent: 'Phone/2.0', ipAddress: '127.0.0.1' }]);
});

test('who has no name in their token is greeted by their id', async () => {
  const server = await startTestServer('sqlite', { env: { JWT_AUTHENTICATION: 'stateless' } });
  running = server;
  const { access } = await server.signIn();
  expect(await server.client.expect(HelloDocument, {}, { token: access })).toEqual({
    hello: `Hello, ${server.alice.id}!`,
  });
});

test.each([
  ['what the framework says', { ip: '192.0.2.1', socket: { remoteAddress: '192.0.2.2' } }, '192.0.2.1'],
  ['the socket', { socket: { remoteAddress: '192.0.2.2' } }, '192.0.2.2'],
  ['nothing', {}, null],
])('in a server of your own the address of a request is that of %s', async (_what, more, ipAddress) => {
  const library = await startTestLibrary('sqlite');
  running = library;
  const { auth } = await library.auth.context({ req: { headers: { 'user-agent': 'Phone/2.0' }, ...more } });
  expect(auth.client).toEqual({ userAgent: 'Phone/2.0', ipAddress });
  const bare = await library.auth.context({ req: { headers: {} } });
  expect(bare.auth.client.userAgent).toBeNull();
});

test('in a server of your own the log is told of what a client is not, unless you take it', async () => {
  const log = jest.spyOn(console, 'error').mockImplementation(() => {});
  const library = await startTestLibrary('sqlite');
  running = library;
  const fault = new TypeError('secret is undefined');
  const formatted: GraphQLFormattedError = { message: fault.message };
  expect(library.auth.formatError(formatted, fault).message).toBe('Internal server error');
  expect(log.mock.calls).toEqual([[fault]]);
});
