import { afterEach, expect, test } from '@jest/globals';
import type { SecurityEvent } from '../../src/contracts/hooks.ts';
import { TokenObtainPairDocument } from '../generated/operations.ts';
import { answerWith, challengeOf, enrol, FACTOR_ENV, reasonOf } from '../support/factors.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

const WRONG = 'not the password';
/** Guesses that are let through before strangers have to wait. */
const FEW = 8;
const FEW_ARE_LET_THROUGH = { THROTTLE_ACCOUNT_FAILURES: String(FEW) };
const HOME = '192.0.2.1';

describeEachStore('guesses at an account by a name that is an address', (kind) => {
  let server: TestServer;
  let checked = 0;
  let events: SecurityEvent[] = [];
  afterEach(() => server.remove());

  const start = async (env: Readonly<Record<string, string>> = {}) => {
    checked = 0;
    events = [];
    server = await startTestServer(kind, {
      env: { TRUST_PROXY: 'loopback', EMAIL: 'on', ...env },
      hooks: {
        onLoginFailed: () => {
          checked += 1;
        },
        onSecurityEvent: (event) => events.push(event),
      },
    });
  };
  const signIn = (password: string, address: string, username: string) =>
    server.client.send(TokenObtainPairDocument, { username, password }, { headers: { 'x-forwarded-for': address } });
  const stranger = (index: number) => `198.51.100.${index}`;
  const guess = async (count: number, addressOf: (index: number) => string, username: string) => {
    for (let index = 0; index < count; index += 1) await signIn(WRONG, addressOf(index), username);
  };
  const suspected = () => events.filter(({ event }) => event === 'guessing_suspected');

  test('S46: the spellings of a name that is an address are one account', async () => {
    await start(FEW_ARE_LET_THROUGH);
    await server.auth.users.create({ username: 'bob@example.com', password: PASSWORD });
    const spellings = [
      'bob@example.com',
      'ｂob@example.com',
      'BＯb@example.com',
      'boｂ@EXAMPLE.com',
      'bob＠example.com',
    ];
    for (let index = 0; index < FEW + 7; index += 1)
      await signIn(WRONG, stranger(index), spellings[index % spellings.length] ?? '');
    expect(checked).toBe(FEW);
    expect(suspected()).toHaveLength(1);
  });

  test('S46: a name that is an address is found in its own domain alone, or each other spelling of that would have guesses of its own', async () => {
    await start();
    await server.auth.users.create({ username: 'bob@mail.strasse.example', password: PASSWORD });
    for (const other of ['bob@maıl.strasse.example', 'bob@mail.straße.example'])
      expect(reasonOf(await signIn(PASSWORD, HOME, other))).toBe('no_active_account');
    for (const same of ['BOB@Mail.STRASSE.example', 'ｂob＠mail.ſtrasse.example'])
      expect(reasonOf(await signIn(PASSWORD, HOME, same))).toBeUndefined();
  });

  test('S46: who takes the address of another for a name is not known by it, and forgets no guesses', async () => {
    await start(FEW_ARE_LET_THROUGH);
    const bob = await server.auth.users.create({ username: 'bob', password: PASSWORD, email: 'bob@example.com' });
    await server.auth.users.create({ username: 'bob@example.com', password: `${PASSWORD} too` });
    for (let round = 0; round < 4; round += 1) {
      expect(reasonOf(await signIn(`${PASSWORD} too`, HOME, 'bob@example.com'))).toBe(
        round < 3 ? undefined : 'throttled',
      );
      await guess(3, () => HOME, 'bob@example.com');
    }
    expect(checked).toBe(FEW);
    expect(suspected()).toMatchObject([{ userId: bob.id }]);
    // What is left of the ten of one address, with one that is taken back.
    for (let index = 0; index < 4; index += 1) {
      server.clock.advance(60);
      await signIn(index === 2 ? `${PASSWORD} too` : WRONG, HOME, 'bob@example.com');
    }
    expect(reasonOf(await signIn(WRONG, HOME, 'bob@example.com'))).toBe('throttled');
    expect(events.at(-1)).toMatchObject({ rule: 'account' });
    server.clock.advance(60);
    expect(reasonOf(await signIn(PASSWORD, HOME, 'bob@example.com'))).toBeUndefined();
    expect(reasonOf(await signIn(WRONG, HOME, 'bob@example.com'))).toBe('no_active_account');
    expect(reasonOf(await signIn(PASSWORD, HOME, 'bob@example.com'))).toBeUndefined();
  });

  test('S46: nor do they where each name is a spelling of the same address', async () => {
    await start(FEW_ARE_LET_THROUGH);
    await server.auth.users.create({ username: 'bob@bücher.example', password: PASSWORD });
    await server.auth.users.create({ username: 'bob@xn--bcher-kva.example', password: `${PASSWORD} too` });
    expect(reasonOf(await signIn(`${PASSWORD} too`, HOME, 'bob@xn--bcher-kva.example'))).toBeUndefined();
    await guess(FEW + 1, () => HOME, 'bob@bücher.example');
    expect(checked).toBe(FEW);
  });

  test('S46: with a second factor, a network is known by the address that was given, unless it is that of another', async () => {
    await start({ ...FEW_ARE_LET_THROUGH, ...FACTOR_ENV, THROTTLE_SIGN_IN_FAILURES: '100' });
    const { users } = server.auth;
    await users.create({ username: 'bob', password: `${PASSWORD} of bob`, email: 'bob@example.com' });
    await users.create({ username: 'bob@example.com', password: PASSWORD });
    await users.create({ username: 'carol', password: PASSWORD, email: 'carol@example.com' });
    const headers = { 'x-forwarded-for': HOME };
    for (const [name, expected] of [
      ['bob@example.com', 'throttled'],
      ['carol@example.com', 'second_factor_required'],
    ] as const) {
      const { access } = await server.client.signIn(name, PASSWORD);
      const { app } = await enrol(server, access);
      const challenge = await challengeOf(server.client, name, headers);
      expect(
        reasonOf(await answerWith(server.client, challenge, app.code(server.clock.read()), headers)),
      ).toBeUndefined();
      await guess(FEW, (index) => `192.0.2.${100 + index}`, name);
      expect(reasonOf(await signIn(PASSWORD, HOME, name))).toBe(expected);
    }
  });
});
