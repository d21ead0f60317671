import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createTokenStore, memoryStorage } from '../../src/client/index.ts';
import { createRecoveryApi, linkIn, takeLink, TokenRequestError, type RecoveryApi } from '../../src/client/recovery.ts';
import { startRecoveryServer, type RecoveryServer } from '../support/recovery.ts';

const [OLD, NEW] = ['seven quiet lanterns', 'tall amber kettles sing'];
const ADDRESS = 'carol@example.com';

describe('recovery in the client', () => {
  let server: RecoveryServer;
  let recovery: RecoveryApi;
  let tokens: ReturnType<typeof createTokenStore>;
  beforeAll(async () => {
    server = await startRecoveryServer('sqlite');
    tokens = createTokenStore({ url: server.url, storage: memoryStorage() });
    recovery = createRecoveryApi({ url: server.url, tokens });
  });
  afterAll(async () => {
    tokens.close();
    await server.remove();
  });

  const link = async (address: string) => {
    await server.deliver();
    return linkIn(/https:\S+/.exec(server.mailbox.to(address).at(-1)?.text ?? '')?.[0] ?? '');
  };

  test('registers, verifies an address, changes it, resets a password and lists what happened', async () => {
    const user = await recovery.register({ username: 'carol', password: OLD, email: ADDRESS });
    expect(user).toMatchObject({ username: 'carol', email: ADDRESS, emailVerified: false });
    const verification = await link(ADDRESS);
    expect(verification?.purpose).toBe('emailVerify');
    expect(await recovery.verifyEmail(verification?.token ?? '')).toBe(ADDRESS);
    await tokens.signIn(ADDRESS, OLD);
    expect(await recovery.changeEmail(OLD, 'c@example.com')).toBe('c@example.com');
    expect((await recovery.securityEvents()).map(({ event }) => event)).toEqual([
      'email_change_asked',
      'sign_in',
      'email_verified',
    ]);
    await server.deliver();
    await recovery.requestPasswordReset('carol');
    const reset = await link(ADDRESS);
    expect(reset?.purpose).toBe('passwordReset');
    await recovery.resetPassword(reset?.token ?? '', NEW);
    await tokens.signIn('carol', NEW);
  });

  test('asks again with a fresh token where the clock here is behind that of the server', async () => {
    const { clock } = server;
    const behind = createTokenStore({ url: server.url });
    await server.auth.users.create({ username: 'erin', password: OLD });
    await behind.signIn('erin', OLD);
    clock.advance(301);
    const events = await createRecoveryApi({ url: server.url, tokens: behind }).securityEvents();
    expect(events.map(({ event }) => event)).toEqual(['sign_in']);
    behind.close();
  });

  test('passes the words and the reason of a refusal on', async () => {
    const refusal = await recovery.verifyEmail('x').catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(TokenRequestError);
    expect(refusal).toMatchObject({
      reason: 'link_not_valid',
      message: expect.stringContaining('This link is not valid'),
    });
    const fetch = async () => {
      throw new TypeError('fetch failed');
    };
    const offline = createRecoveryApi({ url: server.url, tokens, fetch });
    const asked = [
      offline.register({ username: 'dave', password: OLD }),
      offline.verifyEmail('x'),
      offline.requestPasswordReset('carol'),
      offline.resetPassword('x', NEW),
      offline.changeEmail(NEW, 'x@example.com'),
      offline.securityEvents(),
    ];
    for (const answer of await Promise.allSettled(asked))
      expect(answer).toMatchObject({ status: 'rejected', reason: { outcome: 'unavailable' } });
    await tokens.signOut();
    await expect(recovery.securityEvents()).rejects.toMatchObject({ outcome: 'refused', reason: 'not_authenticated' });
    const stranger = createRecoveryApi({ url: server.url });
    await expect(stranger.changeEmail(NEW, 'x@example.com')).rejects.toMatchObject({ reason: 'not_authenticated' });
  });
});

test.each([
  ['https://app.example.com/account#passwordReset=a-b_c', { purpose: 'passwordReset', token: 'a-b_c' }],
  ['http://127.0.0.1:5173/?x=1#emailVerify=abc', { purpose: 'emailVerify', token: 'abc' }],
  ['https://app.example.com/#other=abc', null],
  ['https://app.example.com/?passwordReset=abc', null],
  ['https://app.example.com/#passwordReset=<script>', null],
  ['', null],
])('the link in %s is found', (address, expected) => {
  expect(linkIn(address)).toEqual(expected);
});

test('the link by which a page was opened is taken out of its address', () => {
  const page = 'https://app.example.com/account?lang=de';
  const history = { state: { view: 1 }, replaceState: jest.fn() };
  const location = { href: `${page}#passwordReset=abc` };
  Object.assign(globalThis, { history, location });
  expect(takeLink()).toEqual({ purpose: 'passwordReset', token: 'abc' });
  location.href = `${page}#top`;
  expect(takeLink()).toBeNull();
  expect(history.replaceState.mock.calls).toEqual([[{ view: 1 }, '', page]]);
  for (const name of ['history', 'location']) Reflect.deleteProperty(globalThis, name);
});
