import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BoundClient, refusalIn } from '../../support/bound-client.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

describe('proofs that must have a nonce', () => {
  let server: TestServer;
  let client: BoundClient;
  beforeAll(async () => {
    server = await startTestServer('sqlite', { env: { JWT_DPOP: 'required', JWT_DPOP_NONCE: 'on' } });
    client = new BoundClient(server);
  });
  afterAll(() => server.remove());
  /** As a client gets one. */
  const nonce = async () => {
    const { headers } = await client.obtain();
    const given = headers.get('dpop-nonce');
    if (given === null) throw new Error('expected a nonce');
    return given;
  };

  test('are refused without one, and with one of others, and told the one to use', async () => {
    for (const facts of [{}, { nonce: '' }, { nonce: 'a'.repeat(22) }, { nonce: 'x'.repeat(500) }]) {
      const answer = await client.obtain({ facts });
      const given = await nonce();
      expect(answer.headers.get('dpop-nonce')).toBe(given);
      expect(answer.headers.get('www-authenticate')).toMatch(/^DPoP realm="api", error="use_dpop_nonce", algs="ES256 /);
      expect(refusalIn(answer)).toEqual({ code: 'UNAUTHENTICATED', reason: 'use_dpop_nonce', nonce: given });
    }
  });

  test('pass with it, also at the clock of a client that is years off', async () => {
    const given = await nonce();
    const { access, refresh } = await client.signIn({ facts: { nonce: given } });
    const answer = await client.hello(access, { facts: { nonce: given, now: 1_000_000_000 } });
    expect(refusalIn(answer)).toBeNull();
    expect(answer.headers.get('dpop-nonce')).toBeNull();
    expect(refusalIn(await client.refresh(refresh, { facts: { nonce: given, now: 4_000_000_000 } }))).toBeNull();
  });

  test('still count once', async () => {
    const given = await nonce();
    const { access } = await client.signIn({ facts: { nonce: given } });
    const proof = client.proof({ token: access, nonce: given });
    expect(refusalIn(await client.hello(access, { proof }))).toBeNull();
    expect(refusalIn(await client.hello(access, { proof }))).toMatchObject({ check: 'jti' });
  });

  test('get the next nonce in time, before theirs is good no more', async () => {
    server.clock.advance(300 - (server.clock.seconds % 300)); // the beginning of five minutes
    const given = await nonce();
    const { access, refresh } = await client.signIn({ facts: { nonce: given } });
    server.clock.advance(299);
    expect((await client.hello(access, { facts: { nonce: given } })).headers.get('dpop-nonce')).toBeNull();
    server.clock.advance(2);
    const answer = await client.refresh(refresh, { facts: { nonce: given } });
    expect(refusalIn(answer)).toBeNull();
    const next = answer.headers.get('dpop-nonce');
    expect(next).not.toBe(given);
    expect(next).toBe(await nonce());
    const fresh = answer.data?.tokenRefresh?.access ?? '';
    expect((await client.hello(fresh, { facts: { nonce: next ?? '' } })).headers.get('dpop-nonce')).toBeNull();
    server.clock.advance(299);
    expect(refusalIn(await client.obtain({ facts: { nonce: given } }))).toMatchObject({ reason: 'use_dpop_nonce' });
    expect(refusalIn(await client.obtain({ facts: { nonce: next ?? '' } }))).toBeNull();
  });

  test('of a server whose clock is a moment ahead pass', async () => {
    const given = await nonce();
    server.clock.advance(-300);
    expect(refusalIn(await client.obtain({ facts: { nonce: given } }))).toBeNull();
    server.clock.advance(-300);
    expect(refusalIn(await client.obtain({ facts: { nonce: given } }))).toMatchObject({ reason: 'use_dpop_nonce' });
    server.clock.advance(600);
  });
});
