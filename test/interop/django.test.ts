import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../src/contracts/clock.ts';
import { PasswordHasher } from '../../src/core/users/password-hasher.ts';
import {
  HelloDocument,
  TokenObtainPairDocument,
  TokenRefreshDocument,
  TokenVerifyDocument,
} from '../generated/operations.ts';
import { claimsOf } from '../support/forge.ts';
import { helloWith, refreshWith } from '../support/process.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { Django, DJANGOS } from './django.ts';

describe.each(DJANGOS)('beside a Django project with simplejwt (%s) and the same key', (_whose, python) => {
  const django = new Django({}, python);
  let server: TestServer;
  beforeAll(async () => {
    await django.start();
    server = await startTestServer('sqlite');
    await server.auth.users.delete(server.alice.id);
    await server.auth.users.create({ username: 'alice', password: PASSWORD, id: '1' });
  });
  // Django's clock runs on while the test server's stands still: a token it made a second later would not be valid yet.
  async function fromDjango<T>(answer: Promise<T>): Promise<T> {
    const answered = await answer;
    server.clock.catchUp();
    return answered;
  }
  afterAll(async () => {
    django.stop();
    await server.remove();
  });

  test('a token of Django passes hello and tokenVerify here', async () => {
    const { access, refresh } = await fromDjango(django.signIn());
    expect(await server.client.expect(HelloDocument, {}, { token: access })).toEqual({ hello: 'Hello, alice!' });
    const { tokenVerify } = await server.client.expect(TokenVerifyDocument, { token: refresh });
    expect(tokenVerify).toMatchObject({ tokenType: 'refresh', userId: '1' });
  });

  test('our tokens pass hello, verify and refresh there', async () => {
    const { tokenObtainPair: pair } = await server.client.expect(TokenObtainPairDocument, {
      username: 'alice',
      password: PASSWORD,
    });
    expect(await django.hello(pair.access)).toEqual({ status: 200, body: { message: 'Hello, alice!' } });
    expect(await django.post('token/verify/', { token: pair.access })).toEqual({ status: 200, body: {} });
    expect(await django.post('token/verify/', { token: pair.refresh })).toEqual({ status: 200, body: {} });
    expect((await django.post('token/refresh/', { refresh: pair.refresh })).status).toBe(200);
  });

  test('a session goes on that is refreshed here, there and here again', async () => {
    let { refresh } = await server.client.signIn('alice', PASSWORD);
    for (let round = 0; round < 2; round += 1) {
      const there = await fromDjango(django.post('token/refresh/', { refresh }));
      expect(there).toMatchObject({ status: 200, body: { refresh: expect.any(String) } });
      const { access, refresh: next } = await refreshWith(server.client, there.body['refresh'] ?? '');
      expect(await helloWith(server.client, access ?? '')).toBe('Hello, alice!');
      expect(await django.hello(access ?? '')).toMatchObject({ status: 200 });
      refresh = next ?? '';
    }
    const used = await fromDjango(django.post('token/refresh/', { refresh }));
    await server.auth.sessions.revoke('1', String(claimsOf(refresh)['sid']));
    const { reason } = await refreshWith(server.client, used.body['refresh'] ?? '');
    expect(reason).toBe('token_blacklisted');
  });

  test('a refresh token of Django is refreshed here, and ends its session once its successor was used', async () => {
    const { refresh } = await fromDjango(django.signIn());
    const { tokenRefresh: first } = await server.client.expect(TokenRefreshDocument, { refresh });
    expect(await server.client.expect(HelloDocument, {}, { token: first.access })).toEqual({ hello: 'Hello, alice!' });
    const { tokenRefresh: again } = await server.client.expect(TokenRefreshDocument, { refresh });
    expect(again.refresh).toBe(first.refresh);

    const { tokenRefresh: second } = await server.client.expect(TokenRefreshDocument, { refresh: first.refresh });
    const reused = await server.client.send(TokenRefreshDocument, { refresh });
    expect(reused.errors[0]?.extensions['reason']).toBe('token_blacklisted');
    const successor = await server.client.send(TokenRefreshDocument, { refresh: second.refresh });
    expect(successor.errors[0]?.extensions['reason']).toBe('token_blacklisted');
  });

  test('Django reads the password hashes we store', async () => {
    const hash = await new PasswordHasher(5, systemClock).hash(PASSWORD);
    expect(django.recognises(hash)).toBe(true);
    expect(django.recognises(await new PasswordHasher(5, systemClock).hash('another password'))).toBe(false);
  });

  test('what is forged for one is refused by the other', async () => {
    const { access } = await fromDjango(django.signIn());
    const forged = `${access.slice(0, -4)}AAAA`;
    expect((await django.hello(forged)).status).toBe(401);
    const answer = await server.client.send(HelloDocument, {}, { token: forged });
    expect(answer.errors[0]?.extensions['reason']).toBe('token_not_valid');
  });
});
