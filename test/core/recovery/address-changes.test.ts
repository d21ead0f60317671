import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { StoreUnavailable } from '../../../src/contracts/errors.ts';
import type { Mail } from '../../../src/contracts/mail.ts';
import type { MailRecord } from '../../../src/contracts/store/store.ts';
import { createAuth } from '../../../src/graphql/auth.ts';
import { openSqliteStore } from '../../../src/stores/sqlite/sqlite-store.ts';
import { EmailChangeDocument, UserRegisterWithEmailDocument } from '../../generated/operations.ts';
import { startRecoveryServer, type RecoveryServer } from '../../support/recovery.ts';
import { TEST_KEY } from '../../support/server.ts';
import { describeEachStore, newPlace } from '../../support/stores.ts';

const STRONG = 'tall amber kettles sing';

describeEachStore('the address of an account', (kind) => {
  let server: RecoveryServer;
  let count = 0;
  let name: string;
  let address: string;
  beforeAll(async () => {
    server = await startRecoveryServer(kind, { env: { THROTTLE_REGISTRATIONS: '1000' } });
  });
  beforeEach(() => {
    count += 1;
    name = `user${count}`;
    address = `user${count}@example.org`;
  });
  afterAll(() => server.remove());

  const register = (email: string | null = address) =>
    server.client.expect(UserRegisterWithEmailDocument, { username: name, password: STRONG, email });
  const verify = () =>
    server.auth.rooms.recovery?.verifyEmail(server.mailbox.tokenTo(address), { userAgent: null, ipAddress: null });
  const verified = async () => {
    await register();
    await server.deliver();
    await verify();
  };

  test('is told of five changes that are asked for in half an hour, and of none that is three days old', async () => {
    await verified();
    const ask = async (email: string) => {
      const { access: token } = await server.client.signIn(name, STRONG);
      await server.client.expect(EmailChangeDocument, { currentPassword: STRONG, email }, { token });
    };
    const told = async () => {
      await server.deliver();
      return server.mailbox.to(address).length - 1;
    };
    for (let index = 0; index < 7; index += 1) await ask(`next${count}-${index}@example.org`);
    expect(await told()).toBe(5);
    // Nor does the account flood others: five, with the one that confirmed its address.
    expect(server.mailbox.mails.filter(({ to }) => to[0]?.startsWith(`next${count}-`))).toHaveLength(4);
    server.clock.advance(1801);
    await ask(`late${count}@example.org`);
    server.clock.advance(3 * 86_400);
    expect(await told()).toBe(5);
  });

  test('that no link has come back from is told of no change', async () => {
    await register();
    const { access: token } = await server.client.signIn(name, STRONG);
    await server.client.expect(
      EmailChangeDocument,
      { currentPassword: STRONG, email: `next${count}@example.org` },
      { token },
    );
    await server.deliver();
    expect(server.mailbox.to(address).map(({ headers }) => headers.get('subject'))).toEqual([
      'Confirm your e-mail address',
    ]);
  });

  test('that is confirmed again is no other', async () => {
    await verified();
    const { access: token } = await server.client.signIn(name, STRONG);
    server.clock.advance(1); // mails of one moment are sent in any order
    await server.client.expect(EmailChangeDocument, { currentPassword: STRONG, email: address }, { token });
    await server.deliver();
    await verify();
    await server.deliver();
    expect(server.mailbox.to(address).map(({ headers }) => headers.get('subject'))).toEqual([
      'Confirm your e-mail address',
      'Confirm your e-mail address',
    ]);
  });

  test('gets no link by a mail that still waited when the password, or the address, was changed', async () => {
    await register();
    const { id = '' } = (await server.auth.users.findByUsername(name)) ?? {};
    await server.auth.users.setPassword(id, `${STRONG} first`);
    await server.deliver();
    expect(server.mailbox.to(address)).toEqual([]);
    name = `again${count}`;
    await verified();
    const next = `next${count}@example.org`;
    const ask = async () => {
      const { access: token } = await server.client.signIn(name, STRONG);
      await server.client.expect(EmailChangeDocument, { currentPassword: STRONG, email: next }, { token });
      return (await server.auth.users.findByUsername(name))?.id ?? '';
    };
    await server.auth.rooms.recovery?.setEmail(await ask(), `other${count}@example.org`);
    await server.deliver();
    expect(server.mailbox.to(next)).toEqual([]);
    await server.auth.users.changePassword(await ask(), STRONG, `${STRONG} again`);
    await server.deliver();
    expect(server.mailbox.to(next)).toEqual([]);
  });

  test('that is set for a user tells the former one alone, where it is another', async () => {
    await verified();
    const mailsTo = async (email: string) => {
      await server.deliver();
      return server.mailbox.to(email).length;
    };
    const set = async (username: string, email: string) => {
      const user = await server.auth.users.findByUsername(username);
      expect(await server.auth.rooms.recovery?.setEmail(user?.id ?? '', email)).toBe(true);
    };
    await set(name, address.toUpperCase());
    expect(await mailsTo(address)).toBe(1);
    await set(name, `next${count}@example.org`);
    expect([await mailsTo(address), await mailsTo(`next${count}@example.org`)]).toEqual([2, 0]);
    name = `plain${count}`;
    await register(null);
    await set(name, `plain${count}@example.org`);
    expect(await mailsTo(`plain${count}@example.org`)).toBe(0);
  });

  test('that is set for a user is not verified, and one that is taken away is none', async () => {
    await verified();
    const id = (await server.auth.users.findByUsername(name))?.id ?? '';
    const told = async (email: string | null) => {
      await server.auth.rooms.recovery?.setEmail(id, email);
      const { email: address, emailVerified } = (await server.auth.users.find(id)) ?? {};
      return { email: address, emailVerified };
    };
    const other = `other${count}@example.org`;
    expect(await told(other)).toEqual({ email: other, emailVerified: false });
    expect(await told(null)).toStrictEqual({ email: undefined, emailVerified: undefined });
  });
});

test('nothing of recovery is done, or said to be, that the store did not take', async () => {
  const place = newPlace('sqlite');
  const store = await openSqliteStore(join(place.options.dataDir, 'store.sqlite'));
  const failure = new StoreUnavailable(new Error('a full disk'));
  let failing: string | null = null;
  let outcome: Promise<'changed'> | null = null;
  let takes = false;
  const added: MailRecord[] = [];
  const events: string[] = [];
  const mails: Mail[] = [];
  const auth = await createAuth({
    signingKey: TEST_KEY,
    passwordHashCost: 4,
    email: true,
    accountUrl: 'https://app.example.com/',
    sendMail: async (mail) => void mails.push(mail),
    onSecurityEvent: ({ event }) => void events.push(event),
    store: {
      ...store,
      outbox: {
        ...store.outbox,
        add: (mail) => {
          added.push(mail);
          return mail.kind === failing ? Promise.reject(failure) : store.outbox.add(mail);
        },
      },
      links: { ...store.links, take: async (name) => takes && store.links.take(name) },
      users: { ...store.users, replaceAddress: async (...given) => outcome ?? store.users.replaceAddress(...given) },
    },
  });
  const { recovery } = auth.rooms;
  if (recovery === undefined) throw new Error('expected recovery');
  const by = { client: { userAgent: 'a', ipAddress: '192.0.2.1' }, language: 'de', actorId: null };
  const { id } = await auth.users.create({ username: 'zoe', password: STRONG, email: 'zoe@example.org' });
  failing = 'invitation';
  await expect(recovery.invite({ username: 'bob', email: 'bob@example.org' }, by)).rejects.toBe(failure);
  failing = 'email_verify';
  const account = { username: 'carol', password: STRONG, email: 'carol@example.org' };
  await expect(recovery.register(account, by)).rejects.toBe(failure);
  failing = 'password_reset';
  await expect(recovery.requestPasswordReset('zoe', by)).rejects.toBe(failure);
  failing = 'notice_email_change_asked';
  await expect(recovery.requestEmailChange(id, STRONG, 'next@example.org', by)).rejects.toBe(failure);
  failing = null;
  await recovery.requestPasswordReset('zoe', by);
  await auth.deliverMail();
  const token = /#passwordReset=([\w-]+)/.exec(mails.at(-1)?.text ?? '')?.[1] ?? '';
  // Somebody else was quicker with the link.
  await expect(recovery.resetPassword(token, `${STRONG} again`, by.client)).rejects.toMatchObject({
    reason: 'link_not_valid',
  });
  expect(await auth.users.authenticate('zoe', STRONG, by.client)).toMatchObject({ id });
  takes = true;
  outcome = Promise.reject(failure); // the mailbox cannot be noted as that of the user
  await expect(recovery.resetPassword(token, `${STRONG} again`, by.client)).rejects.toBe(failure);
  expect(new Set(added.map(({ language }) => language))).toEqual(new Set(['de']));
  events.length = 0;
  outcome = Promise.resolve('changed');
  expect(await recovery.setEmail(id, 'next@example.org')).toBe(false);
  expect(events).toEqual([]);
  await auth.close();
  await place.remove();
});
