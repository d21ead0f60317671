import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createEvents, type Events } from '../../../src/contracts/events.ts';
import type { SecurityEventName } from '../../../src/contracts/hooks.ts';
import type { Store } from '../../../src/contracts/store/store.ts';
import type { Draft } from '../../../src/core/mail/mailer.ts';
import { KnownDevices } from '../../../src/core/notices/known-devices.ts';
import { Notices } from '../../../src/core/notices/notices.ts';
import { openSqliteStore } from '../../../src/stores/sqlite/sqlite-store.ts';
import {
  PasswordChangeDocument,
  SecurityEventsDocument,
  TokenObtainPairDocument,
  TokenRefreshDocument,
} from '../../generated/operations.ts';
import { startRecoveryServer, type RecoveryServer } from '../../support/recovery.ts';
import { TestClock } from '../../support/server.ts';
import { describeEachStore, newPlace, type Place } from '../../support/stores.ts';

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
    // Who has the password names as many devices as they like: what else the user is told is not to be lost among them.
    for (const device of ['a', 'b', 'c', 'd', 'e', 'f']) await signIn(device);
    await events(access);
    expect(await subjects()).toEqual(Array.from({ length: 5 }, () => 'Sign-in with a new device'));
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

describe('what is noted of accounts', () => {
  const DAY = 86_400;
  let place: Place;
  let store: Store;
  let clock: TestClock;
  let drafts: Draft[];
  let notices: Notices;
  let events: Events;
  beforeEach(async () => {
    place = newPlace('sqlite');
    store = await openSqliteStore(join(place.options.dataDir, 'store.sqlite'));
    clock = new TestClock();
    drafts = [];
    const add: Store['accountEvents']['add'] = async (...given) => {
      for (let turn = 0; turn < 5; turn += 1) await nextTurn(); // longer than a question takes
      await store.accountEvents.add(...given);
    };
    notices = new Notices({
      store: { ...store, accountEvents: { ...store.accountEvents, add } },
      clock: clock.read,
      mailer: { add: async (draft: Draft) => void drafts.push(draft) } as never,
      report: () => {},
    });
    events = createEvents([notices], () => {});
  });
  afterEach(async () => {
    await notices.settled();
    await store.close();
    await place.remove();
  });

  test('is waited for by who reads it, is in the order in which it happened, and kept for 180 days', async () => {
    const happened = Array.from({ length: 20 }, (_, index) => (index % 3 === 0 ? 'user_enabled' : 'user_disabled'));
    for (const name of happened) events.audit(name, { userId: 'alice' });
    const listed = await notices.list('alice');
    expect(listed.map(({ event }) => event)).toEqual(happened.toReversed());
    expect(listed[0]?.expiresAt.getTime()).toBe(clock.read() + 180 * DAY * 1000);
    events.audit('admin_granted', { userId: 'bob' });
    expect(await notices.listAll(null, 100)).toHaveLength(21);
    events.audit('admin_revoked', { userId: 'bob' });
    await notices.settled();
    expect(await store.accountEvents.list('bob', 50)).toHaveLength(2);
  });

  test('is not pushed out by what strangers do without a password: of that, five are kept in a day', async () => {
    events.audit('email_changed', { userId: 'alice' });
    for (const name of ['password_reset_asked', 'account_exported'] as const) {
      for (let index = 0; index < 50; index += 1) events.audit(name, { userId: 'alice' });
    }
    events.audit('password_reset_asked', { userId: 'bob' });
    const kept = async () => (await notices.list('alice')).map(({ event }) => event);
    expect((await kept()).filter((event) => event !== 'email_changed')).toHaveLength(10);
    expect(await kept()).toContain('email_changed');
    expect(await notices.list('bob')).toHaveLength(1);
    clock.advance(DAY);
    events.audit('password_reset_asked', { userId: 'alice' });
    expect(await kept()).toHaveLength(12);
  });

  test('is mailed where the user should know at once', async () => {
    const mailed = {
      token_reused: 'notice_token_reuse',
      token_replayed: 'notice_token_reuse',
      password_changed: 'notice_password_changed',
      password_reset: 'notice_password_changed',
      guessing_suspected: 'notice_guessing',
      second_factor_added: 'notice_factor_changed',
      second_factor_removed: 'notice_factor_changed',
      recovery_codes_renewed: 'notice_factor_changed',
    } as const;
    const noted =
      'sign_in sessions_ended password_reset_asked email_change_asked email_verified email_changed user_enabled user_disabled ' +
      'admin_granted admin_revoked roles_changed key_rotated recovery_code_used second_factor_failed stepped_up account_exported';
    const names = [...Object.keys(mailed), ...noted.split(' ')];
    for (const name of ['user_created', ...names]) events.audit(name as SecurityEventName, { userId: 'alice' });
    const listed = await notices.list('alice');
    expect(new Set(listed.map(({ event }) => event))).toEqual(new Set(names));
    expect(drafts.map(({ kind }) => kind).toSorted()).toEqual(Object.values(mailed).toSorted());
    expect(new Set(drafts.map(({ lifetime }) => lifetime))).toEqual(new Set([3 * DAY]));
  });

  test('tells a device that was not seen for 180 days as new, and not the first of an account, whatever it is', async () => {
    const devices = new KnownDevices({ store, clock: clock.read });
    expect([await devices.isNew('alice', null), await devices.isNew('alice', null)]).toEqual([false, false]);
    expect([await devices.isNew('alice', 'a'), await devices.isNew('alice', 'a')]).toEqual([true, false]);
    clock.advance(100 * DAY);
    expect(await devices.isNew('alice', null)).toBe(false);
    clock.advance(81 * DAY);
    expect([await devices.isNew('alice', null), await devices.isNew('alice', 'a')]).toEqual([false, true]);
  });
});
