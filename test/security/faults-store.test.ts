import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  HelloDocument,
  SessionRevokeAllDocument,
  SessionsDocument,
  TokenBlacklistDocument,
  TokenObtainPairDocument,
  TokenRefreshDocument,
  TokenVerifyDocument,
} from '../generated/operations.ts';
import { claimsOf } from '../support/forge.ts';
import { helloWith, refreshWith } from '../support/process.ts';
import { PASSWORD, startTestServer, type TestServer, type TestServerOptions } from '../support/server.ts';
import { newPlace, storeKinds } from '../support/stores.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';

const CREDENTIALS = { username: 'alice', password: PASSWORD };
const UNAVAILABLE = { code: 'SERVICE_UNAVAILABLE', reason: 'store_unavailable', action: 'WAIT' };
/** What a client, or a load balancer that asks `/readyz`, can be expected to wait. */
const BOUND_MS = 6000;

(storeKinds.includes('mongodb') ? describe : describe.skip)('where the line to mongodb is bad', () => {
  let server: TestServer;
  let proxy: TcpProxy;
  afterEach(async () => {
    proxy.mend();
    await server.remove();
    await proxy.close();
  });

  async function startBehindProxy(options: TestServerOptions = {}): Promise<void> {
    const uri = new URL(newPlace('mongodb').env['MONGODB_URI'] ?? '');
    proxy = await TcpProxy.to(uri.hostname, Number(uri.port || 27017));
    uri.host = `127.0.0.1:${proxy.port}`;
    uri.searchParams.set('directConnection', 'true'); // a replica set would tell the driver the way round the proxy
    server = await startTestServer('sqlite', { ...options, env: { MONGODB_URI: uri.toString() } });
  }

  const readiness = async () => (await fetch(new URL('/readyz', server.url))).status;
  const reasonOf = async (token: string) =>
    (await server.client.send(TokenVerifyDocument, { token })).errors[0]?.extensions['reason'] ?? null;

  const sessionOf = (token: string) => server.auth.sessions.find(String(claimsOf(token)['sid']));

  test.each(['cut', 'stalled', 'deaf', 'mute'] as const)(
    'S39: %s: nobody is let in, all is refused in time, nothing that was answered is lost, and it is over by itself',
    async (fault) => {
      await startBehindProxy();
      const { client } = server;
      const [used, signedOut, ended] = [await server.signIn(), await server.signIn(), await server.signIn()];
      await client.expect(TokenBlacklistDocument, { refresh: signedOut.refresh });
      const first = await refreshWith(client, used.refresh);

      proxy.suffer(fault);
      const started = Date.now();
      const [ready, ...answers] = await Promise.all([
        readiness(),
        client.send(HelloDocument, {}, { token: first.access ?? '' }),
        client.send(SessionsDocument, {}, { token: first.access ?? '' }),
        client.send(TokenRefreshDocument, { refresh: first.refresh }),
        client.send(TokenVerifyDocument, { token: first.access ?? '' }),
        client.send(TokenObtainPairDocument, CREDENTIALS),
        client.send(SessionRevokeAllDocument, {}, { token: ended.access }),
        client.send(HelloDocument, {}, { token: signedOut.access }),
        client.send(TokenRefreshDocument, { refresh: signedOut.refresh }),
      ]);
      const took = Date.now() - started;
      expect(ready).toBe(503);
      for (const { data, errors } of answers) {
        expect(data).toBeNull();
        expect(errors[0]?.extensions).toMatchObject(UNAVAILABLE);
        expect(errors[0]?.message).not.toMatch(/Mongo|127\.0\.0\.1|ECONN/);
      }
      expect(took).toBeLessThan(BOUND_MS);

      proxy.mend();
      expect(await client.expect(HelloDocument, {}, { token: first.access ?? '' })).toEqual({ hello: 'Hello, alice!' });
      expect(await readiness()).toBe(200);
      expect((await sessionOf(used.refresh))?.jti).not.toBe(claimsOf(used.refresh)['jti']);
      for (const token of [signedOut.refresh, signedOut.access]) {
        expect(await reasonOf(token)).toBe('token_blacklisted');
      }
      // The exchange that was not answered may have been made: asking again gets what it would have been answered.
      const again = await refreshWith(client, first.refresh);
      expect(again.reason).toBeNull();
      expect(await reasonOf(again.refresh ?? '')).toBeNull();
      await client.expect(TokenObtainPairDocument, CREDENTIALS);
    },
    3 * BOUND_MS,
  );

  test('S39 S13 S44: an exchange that was made and could not be answered is answered when it is asked for again, hours later', async () => {
    let isLast = false;
    const userAuthenticationRule = () => {
      if (isLast) proxy.suffer('mute'); // asked between the reading and the one write
      return true;
    };
    await startBehindProxy({ hooks: { userAuthenticationRule } });
    const { refresh } = await server.signIn();
    isLast = true;
    expect(await refreshWith(server.client, refresh)).toMatchObject({ access: null, reason: 'store_unavailable' });
    isLast = false;
    proxy.mend();
    expect((await sessionOf(refresh))?.previousJti).toBe(claimsOf(refresh)['jti']); // so the exchange was made
    server.clock.advance(4 * 3600);
    const again = await refreshWith(server.client, refresh);
    expect(await helloWith(server.client, again.access)).toBe('Hello, alice!');
    expect((await refreshWith(server.client, again.refresh)).reason).toBeNull();
  });

  test('S39: each answer two seconds late: a request of several operations is refused within one deadline', async () => {
    const uri = new URL(newPlace('mongodb').env['MONGODB_URI'] ?? '');
    let delay = 0;
    // Heartbeats come in time, so that the driver goes on.
    const late = createServer((socket) => {
      const upstream = connect(Number(uri.port || 27017), uri.hostname);
      let isHeartbeat = true;
      socket.on('data', (chunk) => {
        isHeartbeat = /ismaster|hello/i.test(chunk.toString('latin1'));
        upstream.write(chunk);
      });
      upstream.on('data', (chunk) => setTimeout(() => socket.write(chunk), isHeartbeat ? 0 : delay));
      for (const [one, other] of [
        [socket, upstream],
        [upstream, socket],
      ] as const)
        one.on('error', () => other.destroy()).on('close', () => other.destroy());
    }).listen(0, '127.0.0.1');
    await once(late, 'listening');
    proxy = await TcpProxy.to('127.0.0.1', (late.address() as AddressInfo).port);
    server = await startTestServer('sqlite', {
      env: { MONGODB_URI: `mongodb://127.0.0.1:${proxy.port}${uri.pathname}?directConnection=true` },
    });
    const { client } = server;
    const { access, refresh } = await server.signIn();
    delay = 2000;
    const timed = async (work: Promise<{ readonly errors: readonly { readonly extensions: object }[] }>) => {
      const started = performance.now();
      const [error] = (await work).errors;
      return { refusal: error?.extensions ?? null, took: performance.now() - started };
    };
    const [hello, ...others] = await Promise.all([
      timed(client.send(HelloDocument, {}, { token: access })),
      timed(client.send(TokenObtainPairDocument, CREDENTIALS)),
      timed(client.send(TokenRefreshDocument, { refresh })),
      timed(client.send(SessionRevokeAllDocument, {}, { token: access })),
    ]);
    expect(hello.refusal).toBeNull(); // one question
    for (const { refusal, took } of others) {
      expect(refusal).toMatchObject(UNAVAILABLE);
      expect(took).toBeGreaterThan(2 * delay);
      expect(took).toBeLessThan(BOUND_MS);
    }
    delay = 0; // what was given up goes on, and may be done
    await server.signIn();
    late.close();
  });

  test('S39: slow: all is answered, late', async () => {
    await startBehindProxy();
    proxy.suffer('slow');
    const pair = await server.signIn();
    const next = await refreshWith(server.client, pair.refresh);
    expect(await helloWith(server.client, next.access)).toBe('Hello, alice!');
    expect(await readiness()).toBe(200);
  });
});
