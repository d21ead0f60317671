import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { SecurityEvent } from '../../../src/contracts/hooks.ts';
import {
  HelloDocument,
  PasswordResetDocument,
  TokenObtainPairDocument,
  UserCreateDocument,
  UserDeleteDocument,
  UserInviteDocument,
  UserSetPasswordDocument,
} from '../../generated/operations.ts';
import { ALICE, startRecoveryServer, type RecoveryServer } from '../../support/recovery.ts';
import { PASSWORD, startTestServer } from '../../support/server.ts';
import { describeEachStore } from '../../support/stores.ts';

const STRONG = 'tall amber kettles sing';

describeEachStore('an admin', (kind) => {
  let server: RecoveryServer;
  let token: string;
  let count = 0;
  let name: string;
  let email: string;
  const events: SecurityEvent[] = [];
  beforeAll(async () => {
    server = await startRecoveryServer(kind, { hooks: { onSecurityEvent: (event) => void events.push(event) } });
    await server.auth.users.change(server.alice.id, { isAdmin: true });
    token = (await server.signIn()).access;
  });
  beforeEach(() => {
    count += 1;
    name = `user${count}`;
    email = `user${count}@example.org`;
  });
  afterAll(() => server.remove());

  const create = (variables: { username: string; password: string; email?: string }) =>
    server.client.send(UserCreateDocument, variables, { token });
  const invite = (username = name) => server.client.send(UserInviteDocument, { username, email }, { token });
  const signIn = (username: string, password: string) =>
    server.client.send(TokenObtainPairDocument, { username, password });

  test('creates accounts with an address, which signs in at once and is not verified yet', async () => {
    const { data } = await create({ username: name, password: STRONG, email });
    expect(data?.userCreate).toMatchObject({ username: name, email, emailVerified: false, isAdmin: false });
    expect((await signIn(email, STRONG)).errors).toEqual([]);
    const created = events.find(({ event, userId }) => event === 'user_created' && userId === data?.userCreate.id);
    expect(created).toMatchObject({ actorId: server.alice.id, client: { ipAddress: '127.0.0.1' } });
  });

  test.each([
    ['a name that is taken', { username: 'ALICE', password: STRONG }, 'username_taken', 'username'],
    [
      'an address that is taken',
      { username: 'free', password: STRONG, email: ALICE.toUpperCase() },
      'email_taken',
      'email',
    ],
    ['no address', { username: 'free', password: STRONG, email: 'nobody' }, 'invalid_email', 'email'],
    ['a password that is guessed first', { username: 'free', password: 'password' }, 'password_too_weak', 'password'],
  ])('is refused %s, with the field', async (_what, variables, reason, field) => {
    expect((await create(variables)).errors[0]?.extensions).toMatchObject({ reason, field });
    expect(await server.auth.users.findByUsername('free')).toBeNull();
  });

  test('invites users, who choose their password by the link of a mail, once and within a week', async () => {
    const { data } = await invite();
    expect(data?.userInvite).toMatchObject({ username: name, email, emailVerified: false });
    expect((await signIn(name, '')).errors).toHaveLength(1);
    await server.deliver();
    const [mail] = server.mailbox.to(email);
    expect(mail?.headers.get('subject')).toBe('Your account at app.example.com');
    expect(mail?.text).toContain('for 7 days');
    const invited = events.find(({ event, userId }) => event === 'user_invited' && userId === data?.userInvite.id);
    expect(invited).toMatchObject({ actorId: server.alice.id, client: { ipAddress: '127.0.0.1' } });
    const link = server.mailbox.tokenTo(email);
    server.clock.advance(7 * 86_400 - 1);
    expect((await server.client.send(PasswordResetDocument, { token: link, newPassword: STRONG })).errors).toEqual([]);
    expect((await signIn(email, STRONG)).errors).toEqual([]);
    expect(await server.auth.users.find(data?.userInvite.id ?? '')).toMatchObject({ emailVerified: true });
    const again = await server.client.send(PasswordResetDocument, { token: link, newPassword: `${STRONG} two` });
    expect(again.errors[0]?.extensions['reason']).toBe('link_not_valid');
    token = (await server.signIn()).access;
  });

  test('sets passwords, which ends the sessions of the user, and deletes users, who leave nothing', async () => {
    const id = (await create({ username: name, password: STRONG, email })).data?.userCreate.id ?? '';
    const { access } = await server.client.signIn(name, STRONG);
    await server.client.expect(UserSetPasswordDocument, { id, newPassword: `${STRONG} two` }, { token });
    const hello = await server.client.send(HelloDocument, {}, { token: access });
    expect(hello.errors[0]?.extensions['reason']).toBe('session_revoked');
    expect((await signIn(name, `${STRONG} two`)).errors).toEqual([]);
    expect((await invite(`${name}b`)).errors[0]?.extensions).toMatchObject({ reason: 'email_taken', field: 'email' });
    expect((await server.client.expect(UserDeleteDocument, { id }, { token })).userDelete).toBe(true);
    expect((await server.client.expect(UserDeleteDocument, { id }, { token })).userDelete).toBe(false);
    expect((await signIn(name, `${STRONG} two`)).errors).toHaveLength(1);
    expect((await create({ username: name, password: STRONG, email })).errors).toEqual([]); // both are free again
    const unknown = await server.client.expect(UserSetPasswordDocument, { id, newPassword: STRONG }, { token });
    expect(unknown.userSetPassword).toBeNull();
  });

  test('can neither delete themselves nor skip their own password', async () => {
    const { id } = server.alice;
    for (const sent of [
      server.client.send(UserDeleteDocument, { id }, { token }),
      server.client.send(UserSetPasswordDocument, { id, newPassword: STRONG }, { token }),
    ]) {
      expect((await sent).errors[0]?.extensions).toEqual({ code: 'FORBIDDEN', reason: 'own_account' });
    }
    expect((await signIn('alice', PASSWORD)).errors).toEqual([]);
  });
});

test('a server without these settings has none of their operations, and refuses an address', async () => {
  const server = await startTestServer('sqlite', { env: { USER_ADMINISTRATION: 'on', REGISTRATION: 'on' } });
  await server.auth.users.change(server.alice.id, { isAdmin: true });
  const { access: token } = await server.signIn();
  const ask = (query: string) => server.client.sendRaw({ query }, { token });
  for (const field of [
    'emailVerify(token: "x")',
    'emailChange(currentPassword: "x", email: "x")',
    'passwordReset(token: "x", newPassword: "x")',
  ]) {
    expect((await ask(`mutation { ${field} }`)).errors[0]?.message).toMatch(/^Cannot query field/);
  }
  for (const field of ['passwordResetRequest(usernameOrEmail: "x")', 'userInvite(username: "x", email: "x") { id }']) {
    expect((await ask(`mutation { ${field} }`)).errors[0]?.message).toMatch(/^Cannot query field/);
  }
  expect((await ask('{ securityEvents { id } }')).errors[0]?.message).toMatch(/^Cannot query field/);
  expect(
    (await ask('mutation { userRegister(username: "x", password: "x", email: "x") { id } }')).errors[0]?.message,
  ).toMatch(/^Unknown argument "email"/);
  const created = await ask(
    `mutation { userCreate(username: "bob", password: "${STRONG}", email: "a@example.com") { id } }`,
  );
  expect(created.errors[0]?.extensions).toMatchObject({ reason: 'invalid_input', field: 'email' });
  expect((await ask('{ me { email emailVerified } }')).data).toEqual({ me: { email: null, emailVerified: null } });
  await server.remove();
});
