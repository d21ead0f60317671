import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import {
  PasswordChangeDocument,
  SecurityEventsDocument,
  TokenObtainPairDocument,
  TokenRefreshDocument,
} from '../../generated/operations.ts';
import { startRecoveryServer, type RecoveryServer } from '../../support/recovery.ts';
import { describeEachStore } from '../../support/stores.ts';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0';
const CHROME = 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36';
const PASSWORD = 'seven quiet lanterns';

describeEachStore('a user', (kind) => {
  let server: RecoveryServer;
  let count = 0;
  let name: string;
  let address: string;
  let id: string;
  beforeAll(async () => {
    server = await startRecoveryServer(kind, { env: { JWT_REUSE_GRACE: '0', JWT_REPLAY_WINDOW: '0' } });
  });
  beforeEach(async () => {
    count += 1;
    name = `user${count}`;
    address = `user${count}@example.org`;
    ({ id } = await server.auth.users.create({ username: name, password: PASSWORD, email: address }));
  });
  afterAll(() => server.remove());

  const signIn = async (userAgent: string, password = PASSWORD) => {
    const headers = { 'user-agent': userAgent };
    return (await server.client.expect(TokenObtainPairDocument, { username: name, password }, { headers }))
      .tokenObtainPair;
  };
  const events = async (token: string) =>
    (await server.client.expect(SecurityEventsDocument, {}, { token })).securityEvents;
  const subjects = async () => {
    await server.deliver(); // `events` has waited until all was noted
    return server.mailbox.to(address).map(({ headers }) => headers.get('subject'));
  };

  test('is told of a sign-in with a new device, and not of the first, nor of a new version', async () => {
    await signIn(FIREFOX);
    await signIn(FIREFOX.replaceAll('131', '132'));
    const { access } = await signIn(CHROME);
    await signIn(CHROME);
    expect(await events(access)).toMatchObject([
      { event: 'sign_in', client: { userAgent: CHROME } },
      { event: 'new_device', client: { userAgent: CHROME, ipAddress: '127.0.0.1' } },
      { event: 'sign_in', client: { userAgent: FIREFOX.replaceAll('131', '132') } },
      { event: 'sign_in', client: { userAgent: FIREFOX } },
    ]);
    expect(await subjects()).toEqual(['Sign-in with a new device']);
    expect(server.mailbox.to(address)[0]?.text).toContain('Device: Chrome on Windows. Address: 127.0.0.1.');
  });

  test('is told of a change of the password, and of a token that was used twice', async () => {
    const { refresh } = await signIn(FIREFOX);
    for (let use = 0; use < 2; use += 1) await server.client.send(TokenRefreshDocument, { refresh });
    const { access } = await signIn(FIREFOX);
    const passwords = { currentPassword: PASSWORD, newPassword: 'tall amber kettles sing' };
    const { passwordChange } = await server.client.expect(PasswordChangeDocument, passwords, { token: access });
    const found = (await events(passwordChange.access)).map(({ event }) => event);
    expect(found).toEqual(['sessions_ended', 'password_changed', 'sign_in', 'token_reused', 'sign_in']);
    expect(await subjects()).toEqual(
      expect.arrayContaining(['One of your sessions may have been stolen', 'Your password was changed']),
    );
  });

  test('sees the last fifty events of nobody else', async () => {
    const { access } = await signIn(FIREFOX);
    for (let index = 0; index < 30; index += 1) {
      await server.auth.users.change(id, { isAdmin: true });
      await server.auth.users.change(id, { isAdmin: false });
      await server.auth.users.change(server.alice.id, { isAdmin: index % 2 === 0 });
    }
    const found = await events(access);
    expect(found).toHaveLength(50);
    expect(new Set(found.map(({ event }) => event))).toEqual(new Set(['admin_granted', 'admin_revoked']));
  });

  test('who is deleted leaves nothing behind', async () => {
    const { access } = await signIn(FIREFOX);
    expect(await events(access)).toHaveLength(1);
    await server.auth.users.delete(id);
    await server.auth.users.create({ id, username: name, password: PASSWORD });
    expect(await events((await signIn(FIREFOX)).access)).toMatchObject([{ event: 'sign_in' }]);
  });
});
