import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { settingsFromEnvironment } from '../../../src/contracts/settings/settings.ts';
import {
  HelloDocument,
  PasswordChangeDocument,
  PasswordResetDocument,
  PasswordResetRequestDocument,
  TokenObtainPairDocument,
  TokenRefreshDocument,
} from '../../generated/operations.ts';
import { startRecoveryServer, type RecoveryServer } from '../../support/recovery.ts';
import { describeEachStore } from '../../support/stores.ts';

const OLD = 'seven quiet lanterns';
const NEW = 'tall amber kettles sing';

describeEachStore('a forgotten password', (kind) => {
  let server: RecoveryServer;
  let count = 0;
  let name: string;
  let address: string;
  let id: string;
  beforeAll(async () => {
    server = await startRecoveryServer(kind, { env: { THROTTLE_PASSWORD_RESETS: '1000' } });
  });
  beforeEach(async () => {
    count += 1;
    name = `user${count}`;
    address = `user${count}@example.org`;
    ({ id } = await server.auth.users.create({ username: name, password: OLD, email: address }));
  });
  afterAll(() => server.remove());

  const request = (usernameOrEmail: string) => server.client.send(PasswordResetRequestDocument, { usernameOrEmail });
  const reset = (token: string, newPassword = NEW) => server.client.send(PasswordResetDocument, { token, newPassword });
  const asked = async (by = name) => {
    server.clock.advance(1); // mails of one moment are sent in any order
    expect((await request(by)).data?.passwordResetRequest).toBe(true);
    await server.deliver();
    return server.mailbox.tokenTo(address);
  };
  const signIn = (password: string, username = name) =>
    server.client.send(TokenObtainPairDocument, { username, password });
  const refusal = { reason: 'link_not_valid', field: 'token', code: 'BAD_USER_INPUT' };

  test.each([
    ['name', () => name],
    ['name in capitals', () => name.toUpperCase()],
    ['address', () => address],
    ['address in capitals, with white space', () => ` ${address.toUpperCase()} `],
  ])('is replaced by a link that is asked for by %s', async (_by, given) => {
    const token = await asked(given());
    const [mail] = server.mailbox.to(address);
    expect(mail?.headers.get('subject')).toBe('Choose a new password');
    expect(mail?.text).toContain(`https://app.example.com/account#passwordReset=${token}`);
    expect(mail?.text).toContain('for 30 minutes');
    expect((await reset(token)).data?.passwordReset).toBe(true);
    expect((await signIn(OLD)).errors[0]?.extensions['reason']).toBe('no_active_account');
    expect((await signIn(NEW)).errors).toEqual([]);
    expect(await server.auth.users.find(id)).toMatchObject({ emailVerified: true });
  });

  test('once replaced has ended all sessions and their access tokens, and none was begun', async () => {
    const pairs = [await server.client.signIn(name, OLD), await server.client.signIn(name, OLD)];
    const { data, headers } = await reset(await asked());
    expect(data).toEqual({ passwordReset: true });
    expect(headers.get('set-cookie')).toBeNull();
    for (const { access, refresh } of pairs) {
      const hello = await server.client.send(HelloDocument, {}, { token: access });
      expect(hello.errors[0]?.extensions['reason']).toBe('session_revoked');
      expect((await server.client.send(TokenRefreshDocument, { refresh })).errors).toHaveLength(1);
    }
    expect(await server.auth.sessions.list(id)).toEqual([]);
    await server.deliver();
    expect(server.mailbox.to(address).at(-1)?.headers.get('subject')).toBe('Your password was changed');
  });

  test.each([
    ['of nobody', () => `nobody${count}`],
    ['at an address of nobody', () => `nobody${count}@example.org`],
    ['of nothing', () => ''],
    ['of far too long a name', () => 'x'.repeat(10_000)],
    ['of a line that would end a header', () => `${name}\r\nBcc: x@example.org`],
  ])('%s is answered in the same way, and nothing is sent', async (_what, given) => {
    const before = server.mailbox.mails.length;
    const [known, unknown] = [await request(name), await request(given())];
    expect({ ...unknown, headers: null }).toEqual({ ...known, headers: null });
    expect([...unknown.headers.keys()]).toEqual([...known.headers.keys()]);
    await server.deliver();
    expect(server.mailbox.mails.slice(before).map(({ to }) => to)).toEqual([[address]]);
  });

  test('of a user who is disabled, or has no address of their own, is sent no link', async () => {
    await server.auth.users.setActive(id, false);
    await request(name);
    const plain = await server.auth.users.create({ username: `plain${count}`, password: OLD });
    await request(plain.username);
    await server.auth.users.create({
      username: `open${count}`,
      password: OLD,
      email: `open${count}@example.org`,
      isEmailOpen: true,
    });
    await request(`open${count}`);
    await request(`open${count}@example.org`);
    await server.deliver();
    expect(server.mailbox.to(address)).toEqual([]);
    expect(server.mailbox.to(`open${count}@example.org`)).toEqual([]);
  });

  test('is replaced once by one link: of ten uses at once one succeeds, and so it is for two links', async () => {
    const [one, two] = [await asked(), await asked()];
    expect(one).not.toBe(two);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => reset(index % 2 === 0 ? one : two, `${NEW} ${index}`)),
    );
    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
    const winner = answers.findIndex(({ errors }) => errors.length === 0);
    expect((await signIn(`${NEW} ${winner}`)).errors).toEqual([]);
    for (const token of [one, two]) expect((await reset(token)).errors[0]?.extensions).toMatchObject(refusal);
  });

  test('is not replaced by a link after thirty minutes', async () => {
    const token = await asked();
    server.clock.advance(1800);
    expect((await reset(token)).errors[0]?.extensions).toMatchObject(refusal);
    expect((await signIn(OLD)).errors).toEqual([]);
  });

  test('is not replaced by a link from before it was changed, the address was, or the user was disabled', async () => {
    const [changed, moved, disabled] = [await asked(), await asked(), await asked()];
    await server.auth.users.setActive(id, false);
    expect((await reset(disabled)).errors[0]?.extensions).toMatchObject(refusal);
    await server.auth.users.setActive(id, true);
    await server.auth.rooms.recovery?.setEmail(id, `moved${count}@example.org`);
    expect((await reset(moved)).errors[0]?.extensions).toMatchObject(refusal);
    await server.auth.rooms.recovery?.setEmail(id, address);
    const again = await asked();
    const { access: token } = await server.client.signIn(name, OLD);
    await server.client.expect(PasswordChangeDocument, { currentPassword: OLD, newPassword: `${OLD} two` }, { token });
    for (const link of [again, changed]) expect((await reset(link)).errors[0]?.extensions).toMatchObject(refusal);
    expect((await signIn(`${OLD} two`)).errors).toEqual([]);
  });

  test('asked for by an address is that of its owner, whichever account has it as its name', async () => {
    const namesake = await server.auth.users.create({
      username: address,
      password: OLD,
      email: `namesake${count}@example.org`,
    });
    expect((await reset(await asked(address))).errors).toEqual([]);
    expect((await signIn(NEW)).errors).toEqual([]);
    expect(server.mailbox.to(`namesake${count}@example.org`)).toEqual([]);
    expect((await server.auth.users.find(namesake.id))?.passwordChangedAt).toEqual(namesake.passwordChangedAt);
  });

  test('keeps its link where the new one is too weak', async () => {
    const token = await asked();
    expect((await reset(token, 'password')).errors[0]?.extensions).toMatchObject({
      reason: 'password_too_weak',
      field: 'newPassword',
    });
    expect((await reset(token)).errors).toEqual([]);
  });

  test('of one user is never set by the link of another', async () => {
    const token = await asked();
    const other = await server.auth.users.create({
      username: `other${count}`,
      password: OLD,
      email: `other${count}@example.org`,
    });
    expect((await reset(token)).errors).toEqual([]);
    expect((await signIn(OLD, other.username)).errors).toEqual([]);
  });

  test('gives at most five links in half an hour, and as many again after that', async () => {
    for (let index = 0; index < 9; index += 1) await request(index % 2 === 0 ? name : address);
    await server.deliver();
    expect(server.mailbox.to(address)).toHaveLength(5);
    expect((await reset(server.mailbox.tokenTo(address))).errors).toEqual([]);
    server.clock.advance(1801);
    await asked();
  });

  test('is stored nowhere as the token of its link, nor is the link before it is sent', async () => {
    await request(name);
    const store = settingsFromEnvironment({ ...server.place.env, NODE_ENV: 'test' });
    expect(store).toBeDefined();
    const token = await asked();
    const { openStore } = await import('../../../src/stores/open-store.ts');
    const opened = await openStore(store);
    expect(await opened.links.find(token)).toBeNull();
    await opened.close();
  });
});

describeEachStore('requests for a new password', (kind) => {
  let server: RecoveryServer;
  beforeAll(async () => {
    server = await startRecoveryServer(kind, { env: { THROTTLE_PASSWORD_RESETS: '8', TRUST_PROXY: 'loopback' } });
  });
  afterAll(() => server.remove());

  const request = async (usernameOrEmail: string, address: string) => {
    const headers = { 'x-forwarded-for': address };
    const { errors } = await server.client.send(PasswordResetRequestDocument, { usernameOrEmail }, { headers });
    return errors[0]?.extensions['reason'] ?? 'accepted';
  };

  test('are throttled for one account and for one address, whether or not there is the account, and for nobody elsewhere', async () => {
    for (const name of ['alice', 'nobody']) {
      const here = name === 'alice' ? '192.0.2.1' : '192.0.2.2';
      expect(await request(name, here)).toBe('accepted');
      expect(await request(name.toUpperCase(), here)).toBe('accepted');
      expect(await request(name, here)).toBe('throttled');
      expect(await request(name, '198.51.100.7')).toBe('accepted');
      for (let index = 0; index < 6; index += 1) expect(await request(`${name}${index}`, here)).toBe('accepted');
      expect(await request(`${name}more`, here)).toBe('throttled');
    }
    server.clock.advance(3600);
    expect(await request('alice', '192.0.2.1')).toBe('accepted');
  });
});
