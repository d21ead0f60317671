import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { settingsFromOptions } from '../../src/contracts/settings/settings.ts';
import { openStore } from '../../src/stores/open-store.ts';
import {
  TokenObtainSlidingDocument,
  TokenRefreshSlidingDocument,
  TokenVerifyDocument,
} from '../generated/operations.ts';
import { newActivity } from '../stores/records.ts';
import { claimsOf, forge } from '../support/forge.ts';
import { helloWith, refreshWith } from '../support/process.ts';
import { PASSWORD } from '../support/server.ts';
import { setStage, type Stage } from '../support/stage.ts';
import { describeEachStore } from '../support/stores.ts';

const HEADER = { alg: 'HS256', typ: 'JWT' };
const refused = (stderr: string) => ({ code: 1, stdout: '', stderr });

const inspect = async (stage: Stage, token: string) => {
  const { code, stdout, stderr } = await stage.cli(['tokens', 'inspect', token, '--json']);
  return { code, stderr, json: JSON.parse(stdout) as unknown };
};

/** A token as simplejwt mints it, of no session. */
const alone = (userId: string, type: string, lifetime: number) => {
  const now = Math.floor(Date.now() / 1000);
  const jti = randomUUID().replaceAll('-', '');
  return forge({ token_type: type, exp: now + lifetime, iat: now - 600, jti, user_id: userId });
};

describeEachStore('the command line, for tokens, beside a server', (kind) => {
  let stage: Stage;
  let aliceId: string;
  beforeAll(async () => {
    stage = await setStage(kind);
    aliceId = await stage.createUser('alice');
  });
  afterAll(() => stage.remove());

  test('blacklisting a refresh token takes effect at once, and ends its session', async () => {
    const { access, refresh } = await stage.signIn('alice');
    expect(await helloWith(stage.client, access)).toBe('Hello, alice!');
    const json = { valid: true, reason: null, message: null, header: HEADER, claims: claimsOf(refresh) };
    expect(await inspect(stage, refresh)).toEqual({ code: 0, stderr: '', json });

    const { code, stdout, stderr } = await stage.cli(['tokens', 'blacklist', refresh, '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { jti } = claimsOf(refresh);
    expect(JSON.parse(stdout)).toEqual({ jti, blacklistedAt: expect.stringMatching(/^\d{4}-.*Z$/) });
    expect(await helloWith(stage.client, access)).toBe('session_revoked');
    expect(await refreshWith(stage.client, refresh)).toMatchObject({ reason: 'token_blacklisted' });

    const [again, inspected] = await Promise.all([
      stage.cli(['tokens', 'blacklist', refresh]),
      inspect(stage, refresh),
    ]);
    expect(again).toEqual(refused('Token is blacklisted\n'));
    expect(inspected).toMatchObject({ code: 1, json: { valid: false, reason: 'token_blacklisted' } });
  });

  test('blacklists a token that has no session', async () => {
    const token = alone(aliceId, 'refresh', 300);
    expect(await stage.client.expect(TokenVerifyDocument, { token })).toBeDefined();
    const { code, stdout, stderr } = await stage.cli(['tokens', 'blacklist', token]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^jti: \w{32}\nblacklistedAt: \d{4}-\S+Z\n$/);
    expect(stdout).toContain(String(claimsOf(token)['jti']));
    expect(await refreshWith(stage.client, token)).toMatchObject({ reason: 'token_blacklisted' });
  });

  test('removes what has expired, and nothing that is still needed', async () => {
    const pair = await stage.signIn('alice');
    const blacklisted = alone(aliceId, 'refresh', 300);
    await stage.auth.tokens.blacklist(blacklisted);
    const store = await openStore(settingsFromOptions(stage.place.options));
    const past = new Date(Date.now() - 2 * 86_400_000);
    await store.activity.add(newActivity({ hour: new Date(Date.now() - (Date.now() % 3_600_000)) }));
    const live = await store.sessions.find(String(claimsOf(pair.access)['sid']));
    if (live === null) throw new Error('the session is not in the store');
    await store.sessions.insert({ ...live, id: 'expired', jti: 'expired', expiresAt: past });
    await store.blacklist.add({ jti: 'expired-1', expiresAt: past, blacklistedAt: past });
    await store.blacklist.add({ jti: 'expired-2', expiresAt: past, blacklistedAt: past });
    await store.close();

    const flushed = await stage.cli(['tokens', 'flush-expired', '--json']);
    expect(flushed).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(flushed.stdout)).toEqual({ sessions: 1, blacklist: 2 });
    const again = await stage.cli(['tokens', 'flush-expired']);
    expect(again).toEqual({ code: 0, stdout: 'sessions: 0\nblacklist: 0\n', stderr: '' });
    expect(await helloWith(stage.client, pair.access)).toBe('Hello, alice!');
    expect(await refreshWith(stage.client, blacklisted)).toMatchObject({ reason: 'token_blacklisted' });
  });
});

describe('the command line, for tokens', () => {
  let stage: Stage;
  let aliceId: string;
  beforeAll(async () => {
    stage = await setStage('sqlite');
    aliceId = await stage.createUser('alice');
  });
  afterAll(() => stage.remove());

  test('inspects a good token for people, and does not use it up', async () => {
    const { refresh } = await stage.signIn('alice');
    const { code, stdout, stderr } = await stage.cli(['tokens', 'inspect', refresh]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/\}\nvalid: true\n$/);
    const shown = JSON.parse(stdout.replace('valid: true', '')) as unknown;
    expect(shown).toEqual({ header: HEADER, claims: claimsOf(refresh) });
    expect(await refreshWith(stage.client, refresh)).toMatchObject({ reason: null });
  });

  test('S39: removes nothing by a clock that was set on, and says why', async () => {
    const store = await openStore(settingsFromOptions(stage.place.options));
    await store.activity.add(newActivity({ hour: new Date(Date.now() - (Date.now() % 3_600_000)) }));
    await store.close();
    const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 3 * 86_400_000);
    const flushed = await stage.cli(['tokens', 'flush-expired']);
    clock.mockRestore();
    const stderr = expect.stringMatching(/^Nothing was removed: the clock says .*\n$/);
    expect(flushed).toEqual({ code: 0, stdout: 'sessions: 0\nblacklist: 0\n', stderr });
  });

  test('inspects a bad token too: says what is wrong with it, and exits with 1', async () => {
    const expired = alone(aliceId, 'access', -1);
    const unknown = alone('nobody', 'access', 60);
    const { access } = await stage.signIn('alice');
    const forged = `${access.slice(0, access.lastIndexOf('.'))}.${'A'.repeat(43)}`;
    const results = await Promise.all([expired, forged, unknown].map((token) => inspect(stage, token)));
    const bad = (reason: string, message: string, token: string) => ({
      code: 1,
      stderr: '',
      json: { valid: false, reason, message, header: HEADER, claims: claimsOf(token) },
    });
    expect(results).toEqual([
      bad('token_expired', 'Token is expired', expired),
      bad('token_not_valid', 'Token is invalid', access),
      bad('user_not_found', 'User not found', unknown),
    ]);
    const { code, stdout, stderr } = await stage.cli(['tokens', 'inspect', expired]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/\}\nvalid: false\nmessage: Token is expired\nreason: token_expired\n$/);
  });

  test('blacklists a sliding token where it is said to be one', async () => {
    const credentials = { username: 'alice', password: PASSWORD };
    const { tokenObtainSliding } = await stage.client.expect(TokenObtainSlidingDocument, credentials);
    const { token } = tokenObtainSliding;
    expect(await stage.cli(['tokens', 'blacklist', token])).toEqual(refused('Token has wrong type\n'));
    const { code, stdout } = await stage.cli(['tokens', 'blacklist', token, '--sliding']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(String(claimsOf(token)['jti'])) });
    const { errors } = await stage.client.send(TokenRefreshSlidingDocument, { token });
    expect(errors[0]?.extensions['reason']).toBe('token_blacklisted');
  });

  test('refuses in one line what is no token, and a token of another type', async () => {
    const { access, refresh } = await stage.signIn('alice');
    const results = await Promise.all([
      stage.cli(['tokens', 'inspect', 'abc', '--json']),
      stage.cli(['tokens', 'blacklist', 'abc']),
      stage.cli(['tokens', 'blacklist', access]),
      stage.cli(['tokens', 'blacklist', refresh, '--sliding']),
    ]);
    const lines = [
      'This is not a token: expected three parts separated by dots, without `Bearer`.',
      'Token is invalid',
    ];
    const wrongType = 'Token has wrong type';
    expect(results).toEqual([...lines, wrongType, wrongType].map((line) => refused(`${line}\n`)));
    expect(await helloWith(stage.client, access)).toBe('Hello, alice!');
    expect(await refreshWith(stage.client, refresh)).toMatchObject({ reason: null });
  });
});
