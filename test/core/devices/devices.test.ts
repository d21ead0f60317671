import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as Operations from '../../generated/operations.ts';
import { reasonOf } from '../../support/factors.ts';
import { PASSWORD, startTestServer, type TestServer } from '../../support/server.ts';
import { describeEachStore } from '../../support/stores.ts';

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0';

describeEachStore('names of devices', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(kind, { env: { DEVICE_NAMES: 'on', TRUST_PROXY: 'loopback' } });
  });
  afterAll(() => server.remove());

  const signIn = async (userAgent: string, deviceName?: string, address = '192.0.2.1') => {
    const headers = { 'user-agent': userAgent, 'x-forwarded-for': address };
    const variables = { username: 'alice', password: PASSWORD, ...(deviceName !== undefined && { deviceName }) };
    const answer = await server.client.send(Operations.TokenObtainNamedDocument, variables, { headers });
    return { answer, tokens: answer.data?.tokenObtainPair };
  };
  const current = async (token: string) =>
    (await server.client.expect(Operations.DevicesDocument, {}, { token })).sessions.find((one) => one.current);

  test.each([
    [CHROME, 'Chrome on Linux'],
    [SAFARI, 'Safari on iPhone'],
    [FIREFOX, 'Firefox on Windows'],
    ['okhttp/4.12.0', 'okhttp'],
    ['MyApp/1.0 (iOS 17)', 'MyApp'],
    ['()', null],
  ])('are made of the user agent: %s', async (userAgent, deviceName) => {
    const { tokens } = await signIn(userAgent);
    expect(await current(tokens?.access ?? '')).toMatchObject({ deviceName, lastIpAddress: '192.0.2.1' });
  });

  test('are given at sign-in, stay through a refresh and a change of the password, and tell where from', async () => {
    const { tokens } = await signIn(CHROME, '  Büro  ');
    const headers = { 'x-forwarded-for': '192.0.2.9', 'user-agent': CHROME };
    const refresh = tokens?.refresh ?? '';
    const { data } = await server.client.send(Operations.TokenRefreshDocument, { refresh }, { headers });
    const token = data?.tokenRefresh.access ?? '';
    expect(await current(token)).toMatchObject({ deviceName: 'Büro', lastIpAddress: '192.0.2.9' });
    const change = { currentPassword: PASSWORD, newPassword: PASSWORD };
    const changed = await server.client.send(Operations.PasswordChangeDocument, change, { token, headers });
    expect(await current(changed.data?.passwordChange.access ?? '')).toMatchObject({ deviceName: 'Büro' });
  });

  test('are changed by their user alone, for sessions that live', async () => {
    const { client, auth } = server;
    const mine = (await signIn(CHROME)).tokens?.access ?? '';
    const session = await current(mine);
    const id = session?.id ?? '';
    await auth.users.create({ username: 'mallory', password: PASSWORD });
    const theirs = (await client.signIn('mallory', PASSWORD)).access;
    const rename = (token: string, deviceName: string, of = id) =>
      client.send(Operations.SessionRenameDocument, { id: of, deviceName }, { token });
    const stolen = await rename(theirs, 'Stolen');
    expect(reasonOf(stolen)).toBe('session_not_found');
    expect(stolen.errors[0]?.message).toMatch(/no live session with this id/);
    expect(reasonOf(await rename(mine, 'Phone', 'none'))).toBe('session_not_found');
    const { data } = await rename(mine, ' Phone 📱 ');
    expect(data).toEqual({ sessionRename: { id, deviceName: 'Phone 📱', lastIpAddress: '192.0.2.1' } });
    expect(await current(mine)).toMatchObject({ deviceName: 'Phone 📱' });
    const other = (await signIn(FIREFOX)).tokens?.access ?? '';
    await auth.sessions.revoke(server.alice.id, id);
    expect(reasonOf(await rename(other, 'Ended'))).toBe('session_not_found');
  });

  test.each([[''], ['   '], ['x'.repeat(65)], ['a\nb'], ['a\u202Eb'], ['a\u001b[31m'], ['a\0']])(
    'are text that a list can show: %j is refused, and nobody is signed in',
    async (deviceName) => {
      const before = (await server.auth.sessions.list(server.alice.id)).length;
      const { answer } = await signIn(CHROME, deviceName);
      expect(answer.errors[0]?.extensions).toMatchObject({ reason: 'invalid_input', field: 'deviceName' });
      expect(await server.auth.sessions.list(server.alice.id)).toHaveLength(before);
    },
  );
});

test('without DEVICE_NAMES a name that is given is ignored, and none is shown', async () => {
  const server = await startTestServer('sqlite');
  const variables = { username: 'alice', password: PASSWORD, deviceName: 'x'.repeat(1000) };
  const { tokenObtainPair } = await server.client.expect(Operations.TokenObtainNamedDocument, variables);
  const { sessions } = await server.client.expect(Operations.DevicesDocument, {}, { token: tokenObtainPair.access });
  expect(sessions).toMatchObject([{ deviceName: null }]);
  await server.auth.tokens.forUser(server.alice, { deviceName: 'Phone' });
  for (const session of await server.auth.sessions.list(server.alice.id)) {
    expect(session).not.toHaveProperty('deviceName');
  }
  await server.remove();
});
