import { afterEach, expect, test } from '@jest/globals';
import {
  HelloDocument,
  PasswordChangeDocument,
  TokenBlacklistDocument,
  TokenObtainPairDocument,
  TokenObtainSlidingDocument,
  TokenRefreshDocument,
  TokenRefreshSlidingDocument,
  TokenVerifyDocument,
  UserRegisterDocument,
} from '../generated/operations.ts';
import type { Answer } from '../support/client.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

const WRONG = 'not the password';
const NEXT_PASSWORD = 'through the looking glass';
const BEHIND_PROXY = { TRUST_PROXY: 'loopback' }; // which the tests play
/** Failures before the first wait: by default, and where what comes after it is asked. */
const DEFAULT_FREE = 10;
const FREE = 3;
const FEW_ARE_FREE = { THROTTLE_SIGN_IN_FAILURES: String(FREE) };

describeEachStore('throttling', (kind) => {
  let server: TestServer;
  /** Passwords that were checked and refused. */
  let checked = 0;
  afterEach(() => server.remove());

  const start = async (env: Readonly<Record<string, string>> = FEW_ARE_FREE) => {
    checked = 0;
    const onLoginFailed = () => void (checked += 1);
    server = await startTestServer(kind, { env, hooks: { onLoginFailed } });
  };
  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
  const signIn = (username: string, password: string, options = {}) =>
    server.client.send(TokenObtainPairDocument, { username, password }, options);
  const signInSliding = (username: string, password: string, options = {}) =>
    server.client.send(TokenObtainSlidingDocument, { username, password }, options);
  const reasonOf = ({ errors }: Answer<unknown>) => errors[0]?.extensions['reason'] ?? null;
  const retryAfterOf = ({ errors }: Answer<unknown>) => errors[0]?.extensions['retryAfter'] ?? null;
  async function inTurn<Result>(count: number, send: (index: number) => Promise<Result>): Promise<Result[]> {
    const results: Result[] = [];
    for (let index = 0; index < count; index += 1) results.push(await send(index));
    return results;
  }

  test('S30: ten failures to one account from one address, then a wait that doubles', async () => {
    await start({});
    const first = await inTurn(DEFAULT_FREE, () => signIn('alice', WRONG));
    expect(new Set(first.map(reasonOf))).toEqual(new Set(['no_active_account']));
    const waits = await inTurn(5, async () => {
      const retryAfter = Number(retryAfterOf(await signIn('alice', WRONG)));
      server.clock.advance(retryAfter);
      expect(reasonOf(await signIn('alice', WRONG))).toBe('no_active_account');
      return retryAfter;
    });
    expect(waits).toEqual([1, 2, 4, 8, 16]);
    expect(checked).toBe(DEFAULT_FREE + 5);
  });

  test('S30: no wait is longer than the longest', async () => {
    await start({ ...FEW_ARE_FREE, THROTTLE_MAX_WAIT: '5s' });
    await inTurn(FREE, () => signIn('alice', WRONG));
    await inTurn(6, async () => {
      server.clock.advance(5);
      return signIn('alice', WRONG);
    });
    expect(retryAfterOf(await signIn('alice', WRONG))).toBe(5);
  });

  test('S30: the refusal says what to do, and the right password does not lift it', async () => {
    await start();
    await inTurn(FREE, () => signIn('alice', WRONG));
    const { status, data, errors } = await signIn('alice', PASSWORD);
    expect({ status, data, errors }).toEqual({
      status: 200,
      data: null,
      errors: [
        expect.objectContaining({
          message: 'Too many attempts. Wait 1 second, then try again.',
          path: ['tokenObtainPair'],
          extensions: { code: 'TOO_MANY_REQUESTS', reason: 'throttled', action: 'WAIT', retryAfter: 1 },
        }),
      ],
    });
    server.clock.advance(1);
    expect(reasonOf(await signIn('alice', PASSWORD))).toBeNull();
  });

  test('S30: a success forgets the failures to the account', async () => {
    await start();
    await inTurn(FREE - 1, () => signIn('alice', WRONG));
    await server.signIn();
    expect(new Set((await inTurn(FREE, () => signIn('alice', WRONG))).map(reasonOf))).toEqual(
      new Set(['no_active_account']),
    );
    expect(reasonOf(await signIn('alice', WRONG))).toBe('throttled');
  });

  test('S30: 60 failures from elsewhere do not keep the owner out', async () => {
    await start({ ...FEW_ARE_FREE, ...BEHIND_PROXY });
    const attacks = await inTurn(60, (index) => signIn('alice', WRONG, from(`198.51.100.${index % 4}`)));
    expect(attacks.map(reasonOf)).toContain('throttled');
    expect(checked).toBe(4 * FREE);
    expect(reasonOf(await signIn('alice', PASSWORD, from('203.0.113.7')))).toBeNull();
    expect(reasonOf(await signInSliding('alice', PASSWORD, from('203.0.113.7')))).toBeNull();
  });

  test('S30: known, unknown and disabled accounts wait alike, and get the same bytes', async () => {
    await start({ ...FEW_ARE_FREE, ...BEHIND_PROXY });
    const bob = await server.auth.users.create({ username: 'bob', password: PASSWORD });
    await server.auth.users.setActive(bob.id, false);
    const [known, unknown, disabled] = await Promise.all(
      ['alice', 'nobody', 'bob'].map(async (username, index) => {
        const answers = await inTurn(FREE + 3, () => signIn(username, WRONG, from(`203.0.113.${index}`)));
        return answers.map(({ status, data, errors }) => JSON.stringify({ status, data, errors }));
      }),
    );
    expect(unknown).toEqual(known);
    expect(disabled).toEqual(known);
    expect(new Set(known).size).toBe(2);
  });

  test('S30: every spelling of a name and both kinds of sign-in are counted together', async () => {
    await start({});
    const spellings = ['alice', 'ALICE', 'Alice', '\uff21lice', 'ali\u24d2e'];
    const tries = await inTurn(DEFAULT_FREE, async (index) => {
      const username = spellings[index % 5] ?? '';
      return reasonOf(await (index % 2 === 0 ? signIn(username, WRONG) : signInSliding(username, WRONG)));
    });
    expect(new Set(tries)).toEqual(new Set(['no_active_account']));
    expect(reasonOf(await signIn('alice', PASSWORD))).toBe('throttled');
    expect(reasonOf(await signInSliding('aLiCe', PASSWORD))).toBe('throttled');
  });

  test('S30: of 100 attempts at once no more than ten passwords are checked', async () => {
    await start({});
    const answers = await Promise.all(Array.from({ length: 100 }, () => signIn('alice', WRONG)));
    expect(checked).toBe(DEFAULT_FREE);
    const reasons = answers.map(reasonOf);
    expect(reasons.filter((reason) => reason === 'no_active_account')).toHaveLength(DEFAULT_FREE);
    expect(reasons.filter((reason) => reason === 'throttled')).toHaveLength(100 - DEFAULT_FREE);
  });

  test('S30: one address that tries many accounts waits for all of them, and no other address does', async () => {
    await start({ ...FEW_ARE_FREE, ...BEHIND_PROXY, THROTTLE_ADDRESS_FAILURES: '20' });
    await inTurn(20, (index) => signIn(`user ${index}`, WRONG, from('198.51.100.1')));
    expect(reasonOf(await signIn('alice', PASSWORD, from('198.51.100.1')))).toBe('throttled');
    expect(reasonOf(await signIn('alice', PASSWORD, from('198.51.100.2')))).toBeNull();
    expect(checked).toBe(20);
  });

  test('S30: an account that has to wait closes its address to nobody else', async () => {
    await start({ ...FEW_ARE_FREE, THROTTLE_ADDRESS_FAILURES: '5' });
    await inTurn(20, () => signIn('nobody', WRONG));
    expect(reasonOf(await signIn('alice', PASSWORD))).toBeNull();
  });

  test('S30: the addresses of an IPv6 network are one, and IPv4 has one spelling', async () => {
    await start({ ...FEW_ARE_FREE, ...BEHIND_PROXY });
    await inTurn(FREE, (index) => signIn('alice', WRONG, from(`2001:db8:1:2:${index}::${index}`)));
    expect(reasonOf(await signIn('alice', PASSWORD, from('2001:db8:1:2:ffff::1')))).toBe('throttled');
    expect(reasonOf(await signIn('alice', PASSWORD, from('2001:db8:1:3::1')))).toBeNull();
    await inTurn(FREE, () => signIn('alice', WRONG, from('192.0.2.1')));
    expect(reasonOf(await signIn('alice', PASSWORD, from('::ffff:192.0.2.1')))).toBe('throttled');
  });

  test('S30: guessing the current password with a stolen access token is slowed, and its owner is not kept out', async () => {
    await start({ ...FEW_ARE_FREE, ...BEHIND_PROXY });
    const { access: token } = await server.signIn();
    const change = (currentPassword: string, address: string) =>
      server.client.send(
        PasswordChangeDocument,
        { currentPassword, newPassword: NEXT_PASSWORD },
        { token, ...from(address) },
      );
    const guesses = await inTurn(FREE + 1, () => change(WRONG, '198.51.100.1'));
    expect(guesses.map(reasonOf)).toEqual([...Array.from({ length: FREE }, () => 'invalid_input'), 'throttled']);
    expect(reasonOf(await change(PASSWORD, '198.51.100.1'))).toBe('throttled');
    expect(reasonOf(await change(PASSWORD, '203.0.113.7'))).toBeNull();
  });

  test('S30: registrations and refreshes have budgets of an address', async () => {
    const env = {
      ...FEW_ARE_FREE,
      ...BEHIND_PROXY,
      REGISTRATION: 'on',
      THROTTLE_REGISTRATIONS: '2',
      THROTTLE_REFRESHES: '3',
    };
    await start(env);
    const register = (username: string, address: string) =>
      server.client.send(UserRegisterDocument, { username, password: PASSWORD }, from(address));
    expect((await inTurn(3, (index) => register(`user${index}`, '198.51.100.1'))).map(retryAfterOf)).toEqual([
      null,
      null,
      3600,
    ]);
    expect(reasonOf(await register('user2', '198.51.100.2'))).toBeNull();
    const { refresh } = await server.signIn();
    const sliding = (await signInSliding('alice', PASSWORD)).data?.tokenObtainSliding.token ?? '';
    const refreshFrom = (address: string) => server.client.send(TokenRefreshDocument, { refresh }, from(address));
    const slide = () => server.client.send(TokenRefreshSlidingDocument, { token: sliding }, from('198.51.100.1'));
    expect((await inTurn(2, () => refreshFrom('198.51.100.1'))).map(reasonOf)).toEqual([null, null]);
    expect((await inTurn(2, slide)).map(retryAfterOf)).toEqual([null, 60]);
    expect(retryAfterOf(await refreshFrom('198.51.100.1'))).toBe(60);
    expect(reasonOf(await refreshFrom('198.51.100.2'))).toBeNull();
    server.clock.advance(60);
    expect(reasonOf(await slide())).toBeNull();
  });

  test('S30: whoever has to wait can still use their tokens, verify them and sign out', async () => {
    await start({ ...FEW_ARE_FREE, THROTTLE_REFRESHES: '1' });
    const { access, refresh } = await server.signIn();
    await inTurn(FREE + 1, () => signIn('alice', WRONG));
    await server.client.send(TokenRefreshDocument, { refresh: 'odd' });
    expect(reasonOf(await server.client.send(TokenRefreshDocument, { refresh }))).toBe('throttled');
    await server.client.expect(HelloDocument, {}, { token: access });
    await server.client.expect(TokenVerifyDocument, { token: refresh });
    await server.client.expect(TokenBlacklistDocument, { refresh });
  });

  test('S30: nothing is counted where it is off', async () => {
    await start({ ...FEW_ARE_FREE, THROTTLE: 'off', THROTTLE_REFRESHES: '1', THROTTLE_ADDRESS_FAILURES: '1' });
    const { refresh } = await server.signIn();
    await inTurn(FREE + 5, () => signIn('alice', WRONG));
    expect(checked).toBe(FREE + 5);
    const refreshed = await inTurn(3, () => server.client.send(TokenRefreshDocument, { refresh }));
    expect(refreshed.map(reasonOf)).toEqual([null, null, null]);
  });

  test('S37: without TRUST_PROXY no X-Forwarded-For gives another address', async () => {
    await start();
    const answers = await inTurn(FREE + 5, (index) => signIn('alice', WRONG, from(`203.0.113.${index}`)));
    expect(answers.filter((answer) => reasonOf(answer) === 'throttled')).toHaveLength(5);
    expect(checked).toBe(FREE);
  });

  test('S37: behind a proxy, what the client put before its own address does not count', async () => {
    await start({ ...FEW_ARE_FREE, ...BEHIND_PROXY });
    const answers = await inTurn(FREE + 5, (index) =>
      signIn('alice', WRONG, from(`203.0.113.${index}, 10.0.0.${index}, 198.51.100.1`)),
    );
    expect(answers.filter((answer) => reasonOf(answer) === 'throttled')).toHaveLength(5);
    expect(checked).toBe(FREE);
    expect(reasonOf(await signIn('alice', PASSWORD, from('203.0.113.1')))).toBeNull();
  });
});
