import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { settingsFromOptions } from '../../../src/contracts/settings/settings.ts';
import type { Store } from '../../../src/contracts/store/store.ts';
import { RevocationFeed, type RevocationPage } from '../../../src/core/trust/revocation-feed.ts';
import { openStore } from '../../../src/stores/open-store.ts';
import { newEntry, newSession } from '../../stores/records.ts';
import { claimsOf, forgeForAlice } from '../../support/forge.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { Service } from '../../support/service.ts';
import { describeEachStore } from '../../support/stores.ts';

describeEachStore('the feed of revocations', (kind) => {
  let server: TestServer;
  let service: Service;
  let store: Store;
  beforeEach(async () => {
    server = await startTestServer(kind);
    service = await Service.of(server);
    store = await openStore(settingsFromOptions(server.place.options));
  });
  afterEach(async () => {
    await store.close();
    await server.remove();
  });
  const ask = async (since?: string) => {
    const query = since === undefined ? '' : `?since=${encodeURIComponent(since)}`;
    const { status, headers, body } = await service.get(`/revocations${query}`);
    expect({ status, cache: headers.get('cache-control') }).toEqual({ status: 200, cache: 'no-store' });
    return body as RevocationPage;
  };
  const at = (seconds: number) => new Date(server.clock.read() + seconds * 1000);
  const revokedAt = (seconds: number) =>
    newSession({ expiresAt: at(86_400), endsAt: at(86_400), revokedAt: at(seconds), revokedReason: 'revoked' });
  const sidsOf = ({ sessions }: RevocationPage) => sessions.map(({ sid }) => sid);

  test('has nothing to tell of what lives, and of what ended, until when it has to be remembered', async () => {
    const [pair] = [await server.signIn(), await server.signIn()];
    expect(await ask()).toEqual({ cursor: expect.any(String), sessions: [], tokens: [], more: false });
    await service.revoke(pair.access);
    const { sid } = claimsOf(pair.access);
    const alone = forgeForAlice(server, { token_type: 'sliding', exp: server.clock.seconds + 100 });
    await service.revoke(alone);
    const { jti, exp } = claimsOf(alone);
    const { sessions, tokens, more } = await ask();
    // Five minutes is the longest life of an access or sliding token, and a minute what clocks may differ.
    expect({ sessions, more }).toEqual({ sessions: [{ sid, exp: Math.ceil(at(360).getTime() / 1000) }], more: false });
    expect(tokens).toEqual([{ jti, exp }]);
  });

  test('needs a session to be remembered no longer than it would have lived', async () => {
    const session = { ...revokedAt(-1), expiresAt: at(30) };
    await store.sessions.insert(session);
    expect((await ask()).sessions).toEqual([{ sid: session.id, exp: Math.ceil(at(30).getTime() / 1000) }]);
  });

  test('begins with all that a token could still outlive, and with nothing older', async () => {
    const [old, young] = [revokedAt(-361), revokedAt(-359)];
    const entries = [-361, -359].map((seconds) => newEntry({ blacklistedAt: at(seconds), expiresAt: at(86_400) }));
    for (const session of [old, young]) await store.sessions.insert(session);
    for (const entry of entries) await store.blacklist.add(entry);
    const { cursor, tokens, ...page } = await ask();
    expect(sidsOf({ cursor, tokens, ...page })).toEqual([young.id]);
    expect(tokens.map(({ jti }) => jti)).toEqual([entries[1]?.jti]);
    server.clock.advance(10_000);
    expect(sidsOf(await ask(cursor))).toEqual([]);
  });

  test('goes on from a cursor, and tells what was written late or by a clock that is behind', async () => {
    await store.sessions.insert(revokedAt(-100));
    const { cursor } = await ask();
    const [late, lost, next] = [revokedAt(-59), revokedAt(-61), revokedAt(1)];
    const entry = newEntry({ blacklistedAt: at(-59), expiresAt: at(86_400) });
    for (const session of [late, lost, next]) await store.sessions.insert(session);
    await store.blacklist.add(entry);
    server.clock.advance(2);
    const page = await ask(cursor);
    expect(sidsOf(page)).toEqual([late.id, next.id]);
    expect(page.tokens).toMatchObject([{ jti: entry.jti }]);
    expect(sidsOf(await ask(page.cursor))).toEqual([late.id, next.id].slice(1));
  });

  test('takes pages, also through one moment, and then goes on from where the walk began', async () => {
    const settings = settingsFromOptions({ ...server.place.options, signingKey: 'x'.repeat(32) });
    const feed = new RevocationFeed({
      store,
      settings,
      clock: server.clock.read,
      keys: { accepted: () => null },
      pageSize: 3,
    });
    const sessions = [-5, -5, -5, -5, -5, -4, -3].map(revokedAt);
    const entries = [-5, -5, -5, -5, -4].map((seconds) =>
      newEntry({ blacklistedAt: at(seconds), expiresAt: at(86_400) }),
    );
    for (const session of sessions) await store.sessions.insert(session);
    for (const entry of entries) await store.blacklist.add(entry);
    const [sids, jtis]: [string[], string[]] = [[], []];
    let [page, pages] = [await feed.page(), 1];
    const collect = () => {
      sids.push(...sidsOf(page));
      jtis.push(...page.tokens.map(({ jti }) => jti));
    };
    collect();
    for (; page.more; pages += 1, collect()) {
      server.clock.advance(10);
      expect(page.sessions.length + page.tokens.length).toBe(3);
      page = await feed.page(page.cursor);
    }
    expect(pages).toBe(5);
    expect(sids.toSorted()).toEqual(sessions.map(({ id }) => id).toSorted());
    expect(jtis.toSorted()).toEqual(entries.map(({ jti }) => jti).toSorted());
    const during = revokedAt(-99); // 40 s of walking and 59 s of overlap ago
    await store.sessions.insert(during);
    expect(sidsOf(await feed.page(page.cursor))).toContain(during.id);
  });

  test('takes no cursor but its own', async () => {
    const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const now = server.clock.read();
    const values: readonly unknown[] = [
      {},
      [],
      ['1'],
      [-1],
      [9e15],
      [1.5],
      [{ $gt: 0 }],
      [now, now],
      [now, now, 'users', now, ''],
      [now, now, 'tokens', now, { $gt: '' }],
      [now, now, 'tokens', { $gt: 0 }, ''],
      [now, now, 'tokens', now, 'x'.repeat(256)],
      [now, now, 'sessions', now, '', 1],
    ];
    const odd = ['', 'x', '0', String(now), '[]', 'bnVsbA', ...values.map(encoded)];
    const queries = [...odd.map((since) => `since=${since}`), 'since=a&since=b'];
    for (const query of queries) {
      const { status, body } = await service.get(`/revocations?${query}`);
      const error_description = expect.stringMatching(/expected/i);
      expect({ query, status, body }).toEqual({
        query,
        status: 400,
        body: { error: 'invalid_request', error_description },
      });
    }
    expect((await service.get('/revocations?other=1')).status).toBe(200);
  });

  test('S39: answers 503 while the store is gone', async () => {
    await server.auth.close();
    expect(await service.get('/revocations')).toMatchObject({
      status: 503,
      body: { error: 'temporarily_unavailable' },
    });
  });
});
