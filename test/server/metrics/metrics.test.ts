import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { settingsFromEnvironment } from '../../../src/contracts/settings/settings.ts';
import { createMetrics } from '../../../src/server/monitoring.ts';
import {
  HelloDocument,
  SessionRevokeOthersDocument,
  TokenBlacklistDocument,
  TokenObtainPairDocument,
  TokenRefreshDocument,
} from '../../generated/operations.ts';
import { scrape, type Scrape } from '../../support/scrape.ts';
import { startTestServer, TEST_KEY, type TestServer } from '../../support/server.ts';
import { describeEachStore } from '../../support/stores.ts';

const ENV = {
  METRICS_PORT: '0',
  JWT_REUSE_GRACE: '10s',
  THROTTLE_SIGN_IN_FAILURES: '2',
  THROTTLE_ADDRESS_FAILURES: '5',
};

describeEachStore('the metrics of a server', (kind) => {
  let server: TestServer;
  let before: Scrape;
  beforeAll(async () => {
    server = await startTestServer(kind, { env: ENV });
  });
  beforeEach(async () => {
    before = await scrape(server.metricsUrl);
  });
  afterAll(() => server.remove());

  /** How much a metric has grown in this test. */
  async function growth(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const now = await scrape(server.metricsUrl);
    return now.sum(`simplejwt_${name}`, labels) - before.sum(`simplejwt_${name}`, labels);
  }

  test('count fields by their outcome, with their durations', async () => {
    const { access } = await server.signIn();
    await server.client.expect(HelloDocument, {}, { token: access });
    await server.client.send(HelloDocument, {});
    await server.client.sendRaw({ query: '{ one: hello two: hello }' });
    expect(await growth('operations_total', { operation: 'hello', outcome: 'ok' })).toBe(1);
    expect(await growth('operations_total', { operation: 'hello', outcome: 'not_authenticated' })).toBe(3);
    expect(await growth('operation_duration_seconds_count', { operation: 'hello' })).toBe(4);
    expect(await growth('operation_duration_seconds_bucket', { operation: 'hello', le: '+Inf' })).toBe(4);
    expect(await growth('operations_total', { operation: 'tokenObtainPair', outcome: 'ok' })).toBe(1);
  });

  test('name nothing that a client chooses, and nobody', async () => {
    const { refresh } = await server.client.signIn('alice', 'wonderland123!');
    const names = { 'user-agent': 'Jabberwock/1.0', 'x-forwarded-for': '203.0.113.7' };
    const query = 'query Bandersnatch { frumious: hello }';
    await server.client.sendRaw({ query, operationName: 'Bandersnatch' }, { token: refresh, headers: names });
    await server.client.sendRaw({ query: '{ vorpal }', extensions: { slithy: 1 } });
    const { text } = await scrape(server.metricsUrl);
    for (const word of ['Bandersnatch', 'frumious', 'Jabberwock', '203.0.113', '127.0.0.1', 'vorpal', 'slithy'])
      expect(text).not.toContain(word);
    for (const secret of ['alice', server.alice.id, refresh]) expect(text).not.toContain(secret);
  });

  test.each([
    ['{', 'GRAPHQL_PARSE_FAILED'],
    ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['query A { hello } query B { hello }', 'OPERATION_RESOLUTION_FAILURE'],
    ['query ($yes: Boolean!) { hello @include(if: $yes) }', 'BAD_USER_INPUT'],
  ])('count documents that are refused: %s', async (query, code) => {
    await server.client.sendRaw({ query });
    expect(await growth('documents_refused_total')).toBe(1);
    expect(await growth('documents_refused_total', { code })).toBe(1);
  });

  test('follow sessions from their beginning to their end', async () => {
    const { refresh } = await server.signIn();
    const { tokenRefresh } = await server.client.expect(TokenRefreshDocument, { refresh });
    await server.client.expect(TokenRefreshDocument, { refresh });
    await server.client.expect(TokenRefreshDocument, { refresh: tokenRefresh.refresh });
    await server.client.send(TokenRefreshDocument, { refresh });
    await server.client.send(TokenRefreshDocument, { refresh: tokenRefresh.refresh });
    const steps = ['opened', 'refreshed', 'replayed', 'adopted'].map((step) => growth('sessions_total', { step }));
    expect(await Promise.all(steps)).toEqual([1, 2, 1, 0]);
    expect(await growth('sessions_ended_total', { reason: 'reused' })).toBe(1);
    expect(await growth('security_events_total', { event: 'token_reused' })).toBe(1);
  });

  test('count patterns of replays, and the sessions that two clients are found in', async () => {
    const one = { userAgent: 'one', ipAddress: '192.0.2.1' };
    const others = [one, { userAgent: 'other', ipAddress: '198.51.100.7' }];
    for (const other of others) {
      let token: string | null = (await server.auth.tokens.forUser(server.alice, { client: one })).refresh.token;
      for (let rotation = 1; rotation <= 3; rotation += 1) {
        const successor: string | null = (await server.auth.tokens.refresh(token ?? '', one)).refresh.token;
        await server.auth.tokens.refresh(token ?? '', other).catch(() => null);
        token = successor;
      }
    }
    expect(await growth('security_events_total', { event: 'token_replayed' })).toBe(2);
    expect(await growth('sessions_ended_total', { reason: 'replayed' })).toBe(1);
  });

  test('count sessions that end by why, several at once too', async () => {
    await server.auth.sessions.revokeAll(server.alice.id);
    const first = await server.signIn();
    await server.signIn();
    await server.signIn();
    await server.client.expect(SessionRevokeOthersDocument, {}, { token: first.access });
    await server.client.expect(TokenBlacklistDocument, { refresh: first.refresh });
    expect(await growth('sessions_ended_total', { reason: 'revoked' })).toBeGreaterThanOrEqual(2);
    expect(await growth('sessions_ended_total', { reason: 'signed_out' })).toBe(1);
  });

  test('tell whether the account or the address has to wait', async () => {
    const refused = async (username: string) => {
      const { errors } = await server.client.send(TokenObtainPairDocument, { username, password: 'wrong' });
      return errors[0]?.extensions['reason'];
    };
    const reasons: unknown[] = [];
    for (const username of ['mad', 'mad', 'mad', 'mad', 'hatter', 'march', 'hare', 'dormouse']) {
      reasons.push(await refused(username));
    }
    const [wrong, throttled] = ['no_active_account', 'throttled'];
    expect(reasons).toEqual([wrong, wrong, throttled, throttled, wrong, wrong, wrong, throttled]);
    const where = { operation: 'sign_in', network: 'ipv4' };
    expect(await growth('throttled_total', { ...where, rule: 'account' })).toBe(2);
    expect(await growth('throttled_total', { ...where, rule: 'address' })).toBe(1);
    expect(await growth('throttled_total')).toBe(3);
    expect(await growth('operations_total', { operation: 'tokenObtainPair', outcome: 'throttled' })).toBe(3);
    expect(await growth('security_events_total', { event: 'sign_in_failed' })).toBe(5);
    expect(await growth('hash_duration_seconds_count')).toBe(5);
    expect(await growth('hash_wait_seconds_count')).toBe(5);
  });

  test('time the store by method', async () => {
    await server.auth.users.list(1);
    expect(await growth('store_duration_seconds_count', { method: 'users.list', outcome: 'ok' })).toBe(1);
    await fetch(new URL('/readyz', server.url));
    expect(await growth('store_duration_seconds_count', { method: 'ping', outcome: 'ok' })).toBe(1);
  });

  test('count requests that are being answered, and how they ended', async () => {
    const { port } = new URL(server.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
    );
    while ((await scrape(server.metricsUrl)).sum('simplejwt_http_requests_in_flight') !== 1);
    socket.destroy();
    await once(socket, 'close');
    while ((await growth('http_responses_total', { status: 'aborted' })) === 0);
    expect((await scrape(server.metricsUrl)).sum('simplejwt_http_requests_in_flight')).toBe(0);
    await fetch(new URL('/nowhere', server.url));
    await fetch(new URL('/healthz', server.url));
    while ((await growth('http_responses_total')) < 3);
    expect(await growth('http_responses_total', { status: '4xx' })).toBe(1);
    expect(await growth('http_responses_total', { status: '2xx' })).toBe(1);
  });
});

describe('the port of the metrics', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer('sqlite', { env: ENV });
  });
  afterAll(() => server.remove());

  test('is another one than that of the API, which does not show them', async () => {
    const { status } = await fetch(new URL('/metrics', server.url));
    expect(status).toBe(404);
    expect(new URL(server.metricsUrl ?? '').port).not.toBe(new URL(server.url).port);
    expect(new URL(server.metricsUrl ?? '').hostname).toBe('127.0.0.1');
  });

  test('answers as Prometheus expects it, and has nothing else', async () => {
    const url = server.metricsUrl ?? '';
    const read = await fetch(url);
    expect(read.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
    expect((await fetch(new URL('/graphql', url))).status).toBe(404);
  });

  test('closes with the server, though a scraper holds its connection', async () => {
    const other = await startTestServer('sqlite', { env: ENV });
    await scrape(other.metricsUrl);
    await other.remove();
    await expect(fetch(other.metricsUrl ?? '')).rejects.toThrow('fetch failed');
  });

  test('says what to do where it cannot be had', async () => {
    const { port } = new URL(server.metricsUrl ?? '');
    const message = `METRICS_PORT: cannot listen on port ${port} of METRICS_HOST 127.0.0.1 (EADDRINUSE); expected a free port, and an address of this machine.`;
    await expect(startTestServer('sqlite', { env: { METRICS_PORT: port } })).rejects.toThrow(message);
  });

  test('is not that of the API', () => {
    const env = { JWT_SIGNING_KEY: TEST_KEY, PORT: '4000', METRICS_PORT: '4000' };
    expect(() => settingsFromEnvironment(env)).toThrow(/^METRICS_PORT: got 4000, which PORT uses already;/);
  });
});

test('without a port nothing is watched', async () => {
  const settings = settingsFromEnvironment({ JWT_SIGNING_KEY: TEST_KEY });
  expect(await createMetrics(settings, Date.now)).toBeNull();
  const server = await startTestServer('sqlite');
  expect(server.metricsUrl).toBeNull();
  await server.remove();
});
