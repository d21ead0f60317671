import { afterEach, expect, test } from '@jest/globals';
import type { SecurityEvent } from '../../src/contracts/hooks.ts';
import { PasswordChangeDocument, TokenObtainPairDocument } from '../generated/operations.ts';
import type { Answer } from '../support/client.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

const WRONG = 'not the password';
/** So many are let through before strangers have to wait. */
const LIMIT = 50;
/** Where what comes after them is asked. */
const FEW = 8;
const FEW_ARE_LET_THROUGH = { THROTTLE_ACCOUNT_FAILURES: String(FEW) };
const HOME = '192.0.2.1';
const DAY = 86_400;

describeEachStore('guesses at one account from many addresses', (kind) => {
  let server: TestServer;
  let checked = 0;
  let events: SecurityEvent[] = [];
  afterEach(() => server.remove());

  const start = async (env: Readonly<Record<string, string>> = {}) => {
    checked = 0;
    events = [];
    server = await startTestServer(kind, {
      env: { TRUST_PROXY: 'loopback', ...env },
      hooks: {
        onLoginFailed: () => {
          checked += 1;
        },
        onSecurityEvent: (event) => events.push(event),
      },
    });
  };
  const signIn = (password: string, address: string, username = 'alice') =>
    server.client.send(TokenObtainPairDocument, { username, password }, { headers: { 'x-forwarded-for': address } });
  const errorOf = ({ errors: [error] }: Answer<unknown>) => error?.extensions ?? {};
  const reasonOf = (answer: Answer<unknown>) => errorOf(answer)['reason'] ?? null;
  /** Of IPv4, and of IPv6 each in a site of its own. */
  const stranger = (index: number) =>
    index % 2 === 0 ? `198.51.${100 + Math.floor(index / 200)}.${index % 200}` : `2001:db8:${index.toString(16)}::1`;
  const guess = async (count: number, addressOf = stranger, username = 'alice') => {
    const reasons: unknown[] = [];
    for (let index = 0; index < count; index += 1)
      reasons.push(reasonOf(await signIn(WRONG, addressOf(index), username)));
    return reasons;
  };
  const suspected = () => events.filter(({ event }) => event === 'guessing_suspected');

  test('S46: a hundred of them are fifty, and no more than a hundred in a day', async () => {
    await start();
    await guess(100);
    expect(checked).toBe(LIMIT);
    for (let now = 0; now < DAY;) {
      const { retryAfter } = errorOf(await signIn(WRONG, `203.0.113.${checked % 200}`));
      const wait = typeof retryAfter === 'number' ? retryAfter : 0;
      server.clock.advance(wait);
      now += wait;
    }
    expect(checked).toBeGreaterThan(LIMIT);
    expect(checked).toBeLessThanOrEqual(100);
  });

  test('S46: at once they are no more than in turn', async () => {
    await start(FEW_ARE_LET_THROUGH);
    await Promise.all(Array.from({ length: FEW + 10 }, (_, index) => signIn(WRONG, stranger(index))));
    expect(checked).toBe(FEW);
  });

  test('S46: a network of before is not kept waiting, whatever strangers do', async () => {
    await start(FEW_ARE_LET_THROUGH);
    expect(reasonOf(await signIn(PASSWORD, HOME))).toBeNull();
    await guess(FEW + 5);
    expect(reasonOf(await signIn(PASSWORD, '203.0.113.1'))).toBe('throttled');
    for (let round = 0; round < 3; round += 1) {
      expect(reasonOf(await signIn(WRONG, HOME))).toBe('no_active_account');
      expect(reasonOf(await signIn(PASSWORD, HOME))).toBeNull();
    }
    expect(reasonOf(await signIn(PASSWORD, '203.0.113.1', 'bob'))).toBe('no_active_account');
  });

  test('S46: its owner gets in from elsewhere after the wait, and is known there from then on', async () => {
    await start(FEW_ARE_LET_THROUGH);
    await guess(FEW);
    const abroad = '2001:db8:ffff:1::1';
    expect(errorOf(await signIn(PASSWORD, abroad))).toMatchObject({ reason: 'throttled', retryAfter: 1 });
    server.clock.advance(1);
    expect(reasonOf(await signIn(PASSWORD, abroad))).toBeNull();
    await guess(5, (index) => `203.0.113.${index}`);
    expect(reasonOf(await signIn(PASSWORD, '2001:db8:ffff:1::2'))).toBeNull();
    expect(reasonOf(await signIn(PASSWORD, '2001:db8:ffff:2::1'))).toBe('throttled');
  });

  test('S46: a network is known for ninety days after the latest sign-in', async () => {
    await start(FEW_ARE_LET_THROUGH);
    await signIn(PASSWORD, HOME);
    server.clock.advance(60 * DAY);
    await signIn(PASSWORD, HOME);
    server.clock.advance(89 * DAY);
    await guess(FEW);
    expect(reasonOf(await signIn(PASSWORD, HOME))).toBeNull();
    server.clock.advance(90 * DAY);
    await guess(FEW, (index) => `203.0.113.${index}`);
    expect(reasonOf(await signIn(PASSWORD, HOME))).toBe('throttled');
  });

  test('S46: wrong passwords of the owner at home do not make strangers wait', async () => {
    await start({ ...FEW_ARE_LET_THROUGH, THROTTLE_SIGN_IN_FAILURES: '100' });
    await signIn(PASSWORD, HOME);
    await guess(FEW + 5, () => HOME);
    expect(reasonOf(await signIn(PASSWORD, '203.0.113.1'))).toBeNull();
  });

  test('S30: twenty right sign-ins at once are all let through, and of forty wrong ones ten', async () => {
    await start();
    const right = await Promise.all(Array.from({ length: 20 }, () => signIn(PASSWORD, HOME)));
    expect(new Set(right.map(reasonOf))).toEqual(new Set([null]));
    const wrong = await Promise.all(Array.from({ length: 40 }, () => signIn(WRONG, HOME)));
    expect(wrong.filter((answer) => reasonOf(answer) === 'no_active_account')).toHaveLength(10);
    expect(checked).toBe(10);
  });

  test('S46: one IPv6 site is let through three times as often as one of its networks', async () => {
    await start();
    const site = (index: number) => `2001:db8:1:${index.toString(16)}::1`;
    await guess(100, site);
    expect(checked).toBe(30);
    expect(reasonOf(await signIn(PASSWORD, '2001:db8:2::1'))).toBeNull();
  });

  test('S46: one IPv6 site that tries many accounts is let through ten times as often as one of its networks', async () => {
    await start({ THROTTLE_ADDRESS_FAILURES: '3' });
    for (let index = 0; index < 40; index += 1) await signIn(WRONG, `2001:db8:1:${index}::1`, `user${index}`);
    expect(checked).toBe(30);
    expect(reasonOf(await signIn(PASSWORD, '2001:db8:1:ffff::1'))).toBe('throttled');
    expect(reasonOf(await signIn(PASSWORD, '2001:db8:2::1'))).toBeNull();
  });

  test('S46: one IPv6 site asks for no more names than ten of its networks', async () => {
    await start({ REGISTRATION: 'on', THROTTLE_REGISTRATIONS: '1' });
    const query = 'mutation { userRegister(username: "alice", password: "tall amber kettles") { id } }';
    const register = (index: number) =>
      server.client.sendRaw({ query }, { headers: { 'x-forwarded-for': `2001:db8:1:${index}::1` } });
    const reasons: unknown[] = [];
    for (let index = 0; index < 12; index += 1) reasons.push(reasonOf(await register(index)));
    expect(reasons).toEqual([...Array.from({ length: 10 }, () => 'username_taken'), 'throttled', 'throttled']);
  });

  test('S46: wrong current passwords of a change count with those of sign-ins', async () => {
    await start(FEW_ARE_LET_THROUGH);
    const home = await signIn(PASSWORD, HOME);
    const { access: token = '' } = home.data?.tokenObtainPair ?? {};
    const change = (currentPassword: string, address: string) =>
      server.client.send(
        PasswordChangeDocument,
        { currentPassword, newPassword: 'through the looking glass' },
        { token, headers: { 'x-forwarded-for': address } },
      );
    await guess(FEW - 2);
    expect(reasonOf(await change(WRONG, '203.0.113.1'))).toBe('invalid_input');
    expect(reasonOf(await change(WRONG, '203.0.113.2'))).toBe('invalid_input');
    expect(suspected()).toMatchObject([{ operation: 'password_change', userId: server.alice.id }]);
    expect(reasonOf(await change(WRONG, '203.0.113.3'))).toBe('throttled');
    expect(reasonOf(await signIn(WRONG, '203.0.113.4'))).toBe('throttled');
    expect(reasonOf(await change(PASSWORD, HOME))).toBeNull();
  });

  test('S42 S46: are told of once, with the account if there is one, and each refusal with its rule', async () => {
    await start(FEW_ARE_LET_THROUGH);
    await guess(FEW - 1);
    expect(suspected()).toEqual([]);
    await guess(3, (index) => `203.0.113.${index}`);
    const client = expect.objectContaining({ ipAddress: '203.0.113.0' });
    expect(suspected()).toMatchObject([{ operation: 'sign_in', userId: server.alice.id, rule: null, client }]);
    const refused = events.filter(({ event }) => event === 'throttled');
    expect(refused.map(({ rule }) => rule)).toEqual(['account_everywhere', 'account_everywhere']);
    await guess(FEW + 1, stranger, 'nobody');
    expect(suspected()).toHaveLength(2);
    expect(suspected()[1]).toMatchObject({ operation: 'sign_in', userId: null });
    expect(JSON.stringify(events)).not.toContain('nobody');
  });

  test('S46: the limit is a setting', async () => {
    await start({ THROTTLE_ACCOUNT_FAILURES: '5' });
    await guess(20);
    expect(checked).toBe(5);
  });
});
