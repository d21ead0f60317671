import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { settingsFromEnvironment } from '../../src/contracts/settings/settings.ts';
import { startServer } from '../../src/server/server.ts';
import {
  HelloDocument,
  PasswordChangeDocument,
  RecoveryCodesRenewDocument,
  SecondFactorDocument,
  TokenObtainSlidingDocument,
  TokenObtainSlidingOtpDocument,
  TotpConfirmDocument,
  TotpRemoveDocument,
  TotpSetUpDocument,
} from '../generated/operations.ts';
import { Client } from '../support/client.ts';
import { answerWith, challengeOf, enrol, FACTOR_ENV, reasonOf, type Enrolled } from '../support/factors.ts';
import { claimsOf } from '../support/forge.ts';
import { endProcesses, startProcess, TEST_ENV } from '../support/process.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

/** As many wrong codes as there are free ones, in challenges of five. */
const wrong = (index: number) => String(index).padStart(6, '0');
const count = (values: readonly unknown[], value: unknown) => values.filter((each) => each === value).length;

describeEachStore('an attacker who has the password of a user with a second factor', (kind) => {
  let server: TestServer;
  let alice: Enrolled;
  const start = async (env: Readonly<Record<string, string>> = {}) => {
    server = await startTestServer(kind, { env: { ...FACTOR_ENV, TRUST_PROXY: 'loopback', ...env } });
    const { access } = await server.signIn();
    alice = await enrol(server, access);
  };
  afterEach(async () => {
    await endProcesses();
    await server.remove();
  });
  const from = (address: string) => ({ 'x-forwarded-for': address });
  const code = () => alice.app.code(server.clock.read());

  test('gets no token without a code, whichever kind of token is asked for', async () => {
    await start({ REST_PATH: '/api/token/' });
    const credentials = { username: 'alice', password: PASSWORD };
    const sliding = await server.client.send(TokenObtainSlidingDocument, credentials);
    expect(sliding).toMatchObject({ data: null, errors: [{ extensions: { action: 'SECOND_FACTOR' } }] });
    const rest = await fetch(new URL('/api/token/', server.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(credentials),
    });
    expect(rest.status).toBe(401);
    expect(await rest.json()).toEqual({ detail: 'Enter the code of your authenticator app, or a recovery code.' });
    const challenge = await challengeOf(server.client);
    const answer = await server.client.send(HelloDocument, {}, { token: challenge });
    expect(reasonOf(answer)).toBe('token_not_valid');
    const other = String(sliding.errors[0]?.extensions['challenge']);
    const slid = await server.client.send(TokenObtainSlidingOtpDocument, { challenge: other, code: code() });
    expect(slid.errors).toEqual([]);
    expect(claimsOf(slid.data?.tokenObtainSlidingOtp.token ?? '')).toMatchObject({ amr: ['pwd', 'otp', 'mfa'] });
  });

  test('cannot use a code twice, in the same challenge, in another one, or before the code of then', async () => {
    await start();
    const [one, two, three] = [
      await challengeOf(server.client),
      await challengeOf(server.client),
      await challengeOf(server.client),
    ];
    const [former, used] = [code(), alice.app.code(server.clock.read() + 30_000)];
    expect(reasonOf(await answerWith(server.client, one, used))).toBeUndefined();
    expect(reasonOf(await answerWith(server.client, one, used))).toBe('challenge_not_valid');
    expect(reasonOf(await answerWith(server.client, two, used))).toBe('wrong_code');
    expect(reasonOf(await answerWith(server.client, three, former))).toBe('wrong_code');
    const [recovery = ''] = alice.codes;
    expect(reasonOf(await answerWith(server.client, two, recovery))).toBeUndefined();
    expect(reasonOf(await answerWith(server.client, three, recovery.toLowerCase()))).toBe('wrong_code');
  });

  test('cannot use a code twice over two processes, which are asked at once', async () => {
    await start();
    const env = { ...TEST_ENV, ...FACTOR_ENV, ...server.place.env };
    const processes = await Promise.all([startProcess({ env }), startProcess({ env })]);
    const clients = processes.map(({ url }) => new Client(url));
    server.clock.catchUp();
    for (const codeOf of [() => alice.codes[1] ?? '', () => alice.app.code(Date.now() + 30_000)]) {
      const challenges = await Promise.all(Array.from({ length: 8 }, () => challengeOf(server.client)));
      const given = codeOf();
      const answers = await Promise.all(
        challenges.map((challenge, index) => answerWith(clients[index % 2] ?? server.client, challenge, given)),
      );
      const reasons = answers.map(reasonOf);
      expect([count(reasons, undefined), count(reasons, 'wrong_code')]).toEqual([1, 7]);
    }
  });

  test('has five tries for a challenge, at once or in turn, on one server or two', async () => {
    await start();
    const settings = settingsFromEnvironment({
      ...TEST_ENV,
      ...FACTOR_ENV,
      PORT: '0',
      LOG_LEVEL: 'silent',
      ...server.place.env,
    });
    const twin = await startServer({ settings, clock: server.clock.read });
    try {
      const clients = [server.client, new Client(twin.url)];
      const challenge = await challengeOf(server.client);
      const answers = await Promise.all(
        Array.from({ length: 9 }, (_, index) =>
          answerWith(clients[index % 2] ?? server.client, challenge, wrong(index)),
        ),
      );
      const reasons = answers.map(reasonOf);
      expect([count(reasons, 'wrong_code'), count(reasons, 'challenge_not_valid')]).toEqual([5, 4]);
      expect(reasonOf(await answerWith(server.client, challenge, code()))).toBe('challenge_not_valid');
    } finally {
      await twin.close();
    }
  });

  test('is bounded over all challenges and addresses, and locks the owner out nowhere', async () => {
    await start({ THROTTLE_ACCOUNT_FAILURES: '5' });
    const home = from('192.0.2.1');
    const known = await answerWith(server.client, await challengeOf(server.client, 'alice', home), code(), home);
    expect(known.errors).toEqual([]);
    server.clock.advance(60);
    const reasons: unknown[] = [];
    for (let index = 0; index < 8; index += 1) {
      const there = from(`198.51.100.${index}`);
      const challenge = await challengeOf(server.client, 'alice', there);
      const given = `${['', '\u001c', '\u0085'][index % 3]}${wrong(index)}`;
      reasons.push(reasonOf(await answerWith(server.client, challenge, given, there)));
    }
    expect([count(reasons, 'wrong_code'), count(reasons, 'throttled')]).toEqual([5, 3]);
    // The owner, on a network that the account is known from, and elsewhere with a recovery code.
    const again = await answerWith(server.client, await challengeOf(server.client, 'alice', home), code(), home);
    expect(again.errors).toEqual([]);
    const abroad = from('203.0.113.7');
    const challenge = await challengeOf(server.client, 'alice', abroad);
    const late = await answerWith(server.client, challenge, code(), abroad);
    expect(reasonOf(late)).toBe('throttled');
    const [, , recovery = ''] = alice.codes;
    expect((await answerWith(server.client, challenge, recovery, abroad)).errors).toEqual([]);
  });

  test('is no known address for having the password, and does not use up the tries of the owner', async () => {
    await start({ THROTTLE_SIGN_IN_FAILURES: '3', THROTTLE_ACCOUNT_FAILURES: '3' });
    const there = from('198.51.100.1');
    for (let index = 0; index < 12; index += 1) await challengeOf(server.client, 'alice', there);
    const reasons: unknown[] = [];
    for (let index = 0; index < 4; index += 1) {
      const challenge = await challengeOf(server.client, 'alice', there);
      reasons.push(reasonOf(await answerWith(server.client, challenge, wrong(index), there)));
    }
    expect(reasons).toEqual(['wrong_code', 'wrong_code', 'wrong_code', 'throttled']);
  });

  test('cannot end the challenge of one user with the code of another', async () => {
    await start();
    await server.auth.users.create({ username: 'mallory', password: PASSWORD });
    const { access } = await server.client.signIn('mallory', PASSWORD);
    const mallory = await enrol(server, access);
    const challenge = await challengeOf(server.client);
    const theirs = mallory.app.code(server.clock.read());
    expect(reasonOf(await answerWith(server.client, challenge, theirs))).toBe('wrong_code');
    expect(reasonOf(await answerWith(server.client, challenge, mallory.codes[0] ?? ''))).toBe('wrong_code');
    const own = await challengeOf(server.client, 'mallory');
    const answer = await answerWith(server.client, own, theirs);
    expect(answer.errors).toEqual([]);
    expect(claimsOf(answer.data?.tokenObtainPairOtp.access ?? '')['user_id']).not.toBe(server.alice.id);
  });

  test('has a challenge for five minutes, until the password changes, and while the user may sign in', async () => {
    await start();
    const { users } = server.auth;
    const late = await challengeOf(server.client);
    server.clock.advance(301);
    expect(reasonOf(await answerWith(server.client, late, code()))).toBe('challenge_not_valid');
    const disabled = await challengeOf(server.client);
    await users.setActive(server.alice.id, false);
    expect(reasonOf(await answerWith(server.client, disabled, code()))).toBe('challenge_not_valid');
    await users.setActive(server.alice.id, true);
    const before = await challengeOf(server.client);
    server.clock.advance(1);
    await users.setPassword(server.alice.id, 'tall amber kettles');
    expect(reasonOf(await answerWith(server.client, before, code()))).toBe('challenge_not_valid');
  });

  test.each(['', 'x', 'A'.repeat(2000), 'eyJhbGciOiJub25lIn0.e30.'])('makes no challenge up: %#', async (challenge) => {
    await start();
    expect(reasonOf(await answerWith(server.client, challenge, code()))).toBe('challenge_not_valid');
  });
});

describe('a stolen session', () => {
  let server: TestServer;
  let owner: Enrolled;
  let token = '';
  beforeAll(async () => {
    server = await startTestServer('sqlite', { env: { ...FACTOR_ENV } });
    ({ access: token } = await server.signIn());
    owner = await enrol(server, token);
  });
  afterAll(() => server.remove());

  test('changes no second factor: neither without the password, nor with it and without a code', async () => {
    const { client } = server;
    const code = () => owner.app.code(server.clock.read());
    const documents: readonly TypedDocumentNode<unknown, { password: string; code?: string }>[] = [
      TotpSetUpDocument,
      TotpRemoveDocument,
      RecoveryCodesRenewDocument,
    ];
    for (const document of documents) {
      const attempts = [
        { password: 'not the password', code: code() },
        { password: PASSWORD },
        { password: PASSWORD, code: '' },
        { password: PASSWORD, code: '000000' },
        { password: PASSWORD, code: 'AAAA-AAAA-AAAA-AAAA-AAAA-AAAA' },
      ];
      const reasons: unknown[] = [];
      for (const attempt of attempts) reasons.push(reasonOf(await client.send(document, attempt, { token })));
      expect(reasons).toEqual(['wrong_password', 'invalid_input', 'invalid_input', 'wrong_code', 'wrong_code']);
    }
    expect(reasonOf(await client.send(TotpConfirmDocument, { code: code() }, { token }))).toBe('invalid_input');
    const { secondFactor } = await client.expect(SecondFactorDocument, {}, { token });
    expect(secondFactor).toMatchObject({ addedAt: expect.any(String), recoveryCodesLeft: 10 });
    // A wrong password used up no code.
    expect((await client.expect(TotpRemoveDocument, { password: PASSWORD, code: code() }, { token })).totpRemove).toBe(
      true,
    );
  });

  test('tries no more codes than a sign-in, whatever it does in between that needs none', async () => {
    await enrol(server, token);
    const passwords = [PASSWORD, 'tall amber kettles'] as const;
    const reasons: unknown[] = [];
    for (let index = 0; index < 12; index += 1) {
      const [password, newPassword] = index % 2 === 0 ? passwords : passwords.toReversed();
      const attempt = { password, code: wrong(index) };
      reasons.push(reasonOf(await server.client.send(RecoveryCodesRenewDocument, attempt, { token })));
      const change = { currentPassword: password, newPassword };
      token = (await server.client.expect(PasswordChangeDocument, change, { token })).passwordChange.access;
    }
    expect([count(reasons, 'wrong_code'), count(reasons, 'throttled')]).toEqual([10, 2]);
  });
});
