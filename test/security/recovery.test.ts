import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { settingsFromEnvironment } from '../../src/contracts/settings/settings.ts';
import { startServer, type RunningServer } from '../../src/server/server.ts';
import {
  EmailChangeDocument,
  EmailVerifyDocument,
  HelloDocument,
  MyEmailDocument,
  PasswordChangeDocument,
  PasswordResetDocument,
  PasswordResetRequestDocument,
  TokenObtainPairDocument,
  UserRegisterWithEmailDocument,
} from '../generated/operations.ts';
import { Client } from '../support/client.ts';
import { startRecoveryServer, type RecoveryServer } from '../support/recovery.ts';
import { PASSWORD, TEST_KEY } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

const OWNERS = 'seven quiet lanterns';
const THIEFS = 'tall amber kettles sing';
const ON = { EMAIL: 'on', PASSWORD_RESET: 'on', NOTICES: 'on', REGISTRATION: 'on', THROTTLE_REGISTRATIONS: '1000' };

describeEachStore('an attacker of recovery', (kind) => {
  let server: RecoveryServer;
  /** A second server on the same store. */
  let twin: RunningServer;
  let other: Client;
  let count = 0;
  let victim: string;
  let address: string;
  beforeAll(async () => {
    server = await startRecoveryServer(kind, { env: { ...ON, THROTTLE_PASSWORD_RESETS: '1000' } });
    const env = {
      NODE_ENV: 'test',
      PORT: '0',
      JWT_SIGNING_KEY: TEST_KEY,
      PASSWORD_HASH_COST: '4',
      ...server.mailbox.env,
    };
    const settings = settingsFromEnvironment({ ...env, ...ON, ...server.place.env });
    twin = await startServer({ settings, clock: server.clock.read, log: pino({ level: 'silent' }) });
    other = new Client(twin.url);
  });
  beforeEach(async () => {
    count += 1;
    victim = `victim${count}`;
    address = `victim${count}@example.org`;
    await server.auth.users.create({ username: victim, password: OWNERS, email: address });
  });
  afterAll(async () => {
    await twin.close();
    await server.remove();
  });

  const reasonOf = async (answer: Promise<{ errors: readonly { extensions: Readonly<Record<string, unknown>> }[] }>) =>
    (await answer).errors[0]?.extensions['reason'] ?? 'done';
  /** Sends what is due, by whichever server took it. */
  const deliver = async () => void (await Promise.all([server.deliver(), twin.auth.deliverMail()]));
  const asked = async (usernameOrEmail = victim, headers = {}) => {
    await server.client.send(PasswordResetRequestDocument, { usernameOrEmail }, { headers });
    await deliver();
    return server.mailbox.tokenTo(address);
  };
  const signIn = (password: string, username = victim) =>
    reasonOf(server.client.send(TokenObtainPairDocument, { username, password }));

  test('learns from no answer whether there is an account or an address', async () => {
    const about = async (name: string) => {
      const { data, errors, status, headers } = await server.client.send(PasswordResetRequestDocument, {
        usernameOrEmail: name,
      });
      return { data, errors, status, headers: [...headers].filter(([key]) => key !== 'date') };
    };
    const known = await about(victim);
    for (const name of [address, `nobody${count}`, `nobody${count}@example.org`])
      expect(await about(name)).toEqual(known);
    const register = async (email: string) => {
      const variables = { username: `new${Math.random()}`, password: THIEFS, email };
      const { data, errors, status } = await server.client.send(UserRegisterWithEmailDocument, variables);
      return { errors, status, verified: data?.userRegister.emailVerified, isKept: data?.userRegister.email === email };
    };
    expect(await register(address)).toEqual(await register(`nobody${count}@example.org`));
    const { access: token } = await server.client.signIn('alice', PASSWORD);
    const change = async (email: string) => {
      const { data, errors } = await server.client.send(
        EmailChangeDocument,
        { currentPassword: PASSWORD, email },
        { token },
      );
      return { errors, isEcho: data?.emailChange === email };
    };
    expect(await change(address)).toEqual(await change(`nobody${count}@example.org`));
    await deliver();
    expect((await server.client.expect(MyEmailDocument, {}, { token })).me.email).not.toBe(address);
  });

  test('wins no race: of resets on two servers one succeeds', async () => {
    const token = await asked();
    const resets = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        reasonOf(
          (index % 2 === 0 ? server.client : other).send(PasswordResetDocument, {
            token,
            newPassword: `${THIEFS} ${index}`,
          }),
        ),
      ),
    );
    expect(resets.filter((reason) => reason === 'done')).toHaveLength(1);
    expect(resets.filter((reason) => reason === 'link_not_valid')).toHaveLength(7);
  });

  test('wins no race: of a reset here and a change of the password there one succeeds, and the other changes nothing', async () => {
    const token = await asked();
    const { access } = await server.client.signIn(victim, OWNERS);
    const passwords = { currentPassword: OWNERS, newPassword: `${OWNERS} changed` };
    const [reset, change] = await Promise.all([
      reasonOf(server.client.send(PasswordResetDocument, { token, newPassword: THIEFS })),
      reasonOf(other.send(PasswordChangeDocument, passwords, { token: access })),
    ]);
    expect([reset, change].filter((reason) => reason === 'done')).toHaveLength(1);
    expect(await signIn(THIEFS)).toBe(reset === 'done' ? 'done' : 'no_active_account');
    expect(await signIn(`${OWNERS} changed`)).toBe(change === 'done' ? 'done' : 'no_active_account');
    expect(await signIn(OWNERS)).toBe('no_active_account');
    expect(await reasonOf(other.send(PasswordResetDocument, { token, newPassword: `${THIEFS} again` }))).toBe(
      'link_not_valid',
    );
  });

  test('wins no race: one address goes to one of two accounts whose links are used at once on two servers', async () => {
    const wanted = `wanted${count}@example.org`;
    for (const who of ['a', 'b']) {
      await server.client.expect(UserRegisterWithEmailDocument, {
        username: `${who}${count}`,
        password: THIEFS,
        email: wanted,
      });
    }
    await deliver();
    const tokens = server.mailbox.to(wanted).map(({ text }) => /=([\w-]{43})\n/.exec(text)?.[1] ?? '');
    const used = await Promise.all(
      tokens.map((token, index) =>
        reasonOf((index === 0 ? server.client : other).send(EmailVerifyDocument, { token })),
      ),
    );
    expect(new Set(used)).toEqual(new Set(['done', 'email_taken']));
  });

  test('turns no link to another host, or to another account', async () => {
    const odd = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
      forwarded: 'host=evil.example',
      origin: 'https://evil.example',
    };
    const token = await asked(victim, odd);
    const mail = server.mailbox.to(address).at(-1);
    expect(mail?.raw).not.toContain('evil.example');
    expect(mail?.text).toContain('https://app.example.com/account#passwordReset=');
    const { request } = await import('node:http');
    const { hostname, port } = new URL(server.client.url);
    const body = JSON.stringify({ query: `mutation { passwordResetRequest(usernameOrEmail: "${victim}") }` });
    await new Promise<void>((resolve, reject) => {
      const headers = { host: 'evil.example', 'content-type': 'application/json' };
      request({ hostname, port, path: '/graphql', method: 'POST', headers }, (answer) =>
        answer.resume().on('end', resolve),
      )
        .on('error', reject)
        .end(body);
    });
    await deliver();
    expect(server.mailbox.to(address)).toHaveLength(2);
    expect(server.mailbox.to(address).at(-1)?.raw).not.toContain('evil.example');
    expect(await reasonOf(server.client.send(EmailVerifyDocument, { token }))).toBe('link_not_valid');
    expect(await reasonOf(server.client.send(PasswordResetDocument, { token, newPassword: THIEFS }))).toBe('done');
    expect(await signIn(PASSWORD, 'alice')).toBe('done');
  });

  test.each([
    '\r\nBcc: evil@example.org',
    '\nX: y',
    '%0aBcc: evil@example.org',
    '\u2028Bcc: evil@example.org',
    ', evil@example.org',
    '> RCPT TO:<evil@example.org',
  ])('writes no header of a mail, nor a second recipient: %j', async (text) => {
    const before = server.mailbox.mails.length;
    const headers = { 'accept-language': 'de, en;q=0.5', 'user-agent': `x ${text.replaceAll(/[\r\n\u2028]/g, ' ')}` };
    for (const email of [`a${text}@example.org`, `a@example.org${text}`]) {
      const variables = { username: `u${Math.random()}`, password: THIEFS, email };
      const reason = await reasonOf(server.client.send(UserRegisterWithEmailDocument, variables, { headers }));
      expect(reason === 'invalid_email' || text.startsWith('%')).toBe(true);
    }
    await server.client.send(PasswordResetRequestDocument, { usernameOrEmail: `${victim}${text}` }, { headers });
    await deliver();
    for (const mail of server.mailbox.mails.slice(before)) {
      expect(mail.headers.has('bcc') || mail.headers.has('x')).toBe(false);
      expect(mail.to).toHaveLength(1);
      expect(mail.to).not.toContain('evil@example.org');
    }
  });

  test('who stole a session takes nothing over: without the password, neither address nor password change', async () => {
    const { access: token } = await server.client.signIn(victim, OWNERS);
    const stolen = { token, headers: { 'user-agent': 'thief/1.0' } };
    const email = `thief${count}@example.org`;
    for (const currentPassword of ['', 'password', THIEFS, token]) {
      const reason = await reasonOf(server.client.send(EmailChangeDocument, { currentPassword, email }, stolen));
      expect(['invalid_input', 'throttled']).toContain(reason);
    }
    await deliver();
    expect(server.mailbox.to(email)).toEqual([]);
    await asked();
    expect(await reasonOf(server.client.send(PasswordResetDocument, { token, newPassword: THIEFS }))).toBe(
      'link_not_valid',
    );
    expect(await reasonOf(server.client.send(HelloDocument, {}, { token }))).toBe('done');
    expect(await signIn(OWNERS)).toBe('done');
  });

  test('who knows the password cannot keep an account by an address that was asked for before the owner changed it', async () => {
    const email = `thief${count}@example.org`;
    const thief = await server.client.signIn(victim, OWNERS);
    await server.client.expect(EmailChangeDocument, { currentPassword: OWNERS, email }, { token: thief.access });
    await deliver();
    const link = server.mailbox.tokenTo(email);
    expect(
      await reasonOf(server.client.send(PasswordResetDocument, { token: await asked(), newPassword: `${OWNERS} new` })),
    ).toBe('done');
    expect(await reasonOf(server.client.send(EmailVerifyDocument, { token: link }))).toBe('link_not_valid');
    expect(await server.auth.users.findByUsername(victim)).toMatchObject({ email: address });
  });
});
