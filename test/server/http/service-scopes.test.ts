import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ServiceGrant } from '../../../src/core/trust/service-credentials.ts';
import { craft, craftAccess } from '../../support/craft.ts';
import { claimsOf } from '../../support/forge.ts';
import { helloWith } from '../../support/process.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { basic, Service } from '../../support/service.ts';
import { describeEachStore } from '../../support/stores.ts';

const INACTIVE = { active: false };
const FOREIGN = {
  status: 400,
  body: {
    error: 'invalid_grant',
    error_description: 'This token does not have the audience of this service. Nothing was ended.',
  },
};

describeEachStore('a service', (kind) => {
  let server: TestServer;
  let count = 0;
  beforeAll(async () => {
    server = await startTestServer(kind, { env: { JWT_AUDIENCE: 'orders,stock' } });
  });
  afterAll(() => server.remove());
  const serviceFor = async (grant: ServiceGrant) => {
    const { name, secret } = await server.auth.services.create(`service-${(count += 1)}`, grant);
    return new Service(server.url, basic(name, secret));
  };
  /** What each endpoint answers, in the order introspect, revoke, feed. */
  const statusesOf = async (service: Service) => [
    (await service.introspect('abc')).status,
    (await service.revoke('abc')).status,
    (await service.get('/revocations')).status,
  ];

  test.each<[string, ServiceGrant, readonly number[]]>([
    ['nothing in particular', {}, [200, 200, 200]],
    ['introspection', { scopes: ['introspect'] }, [200, 403, 403]],
    ['revocation', { scopes: ['revoke'] }, [403, 200, 403]],
    ['the feed', { scopes: ['feed'] }, [403, 403, 200]],
    ['two of them', { scopes: ['introspect', 'feed'] }, [200, 403, 200]],
  ])('S52: that was made for %s may do that and no more', async (_what, grant, statuses) => {
    expect(await statusesOf(await serviceFor(grant))).toEqual(statuses);
  });

  test('S52: that may not do something does not do it, and is told what it may', async () => {
    const service = await serviceFor({ scopes: ['introspect', 'feed'] });
    const { access } = await server.signIn();
    const { status, headers, body } = await service.revoke(access);
    expect({ status, cache: headers.get('cache-control') }).toEqual({ status: 403, cache: 'no-store' });
    expect(body).toEqual({
      error: 'unauthorized_client',
      error_description:
        'Expected one that `services create` has made with `--may revoke`; this one may: introspect, feed.',
    });
    expect(await helloWith(server.client, access)).toBe('Hello, alice!');
  });

  test.each(['orders', 'stock'])('S52: of one audience of a token knows it and ends it: %s', async (audience) => {
    const service = await serviceFor({ audience });
    const { access, refresh } = await server.signIn();
    for (const token of [access, refresh]) {
      expect((await service.introspect(token)).body).toMatchObject({ active: true, aud: ['orders', 'stock'] });
    }
    expect((await service.revoke(access)).status).toBe(200);
    expect(await helloWith(server.client, access)).toBe('session_revoked');
  });

  test('S52: of another audience learns nothing of a token, and ends none', async () => {
    const { access, refresh } = await server.signIn();
    for (const audience of ['other', 'order', 'orders.', 'ORDERS', '0', 'length']) {
      const service = await serviceFor({ audience });
      for (const token of [access, refresh]) {
        expect((await service.introspect(token)).body).toEqual(INACTIVE);
        expect(await service.revoke(token)).toMatchObject(FOREIGN);
      }
    }
    expect(await helloWith(server.client, access)).toBe('Hello, alice!');
  });

  test('S52: of another audience is not told by the refusal whether a token is good', async () => {
    const service = await serviceFor({ audience: 'other' });
    const { access } = await server.signIn();
    const ended = await server.signIn();
    await server.auth.sessions.revokeAll(server.alice.id);
    const forged = craft(claimsOf(access), { key: 'another-test-key-0123456789abcdef0123456789abcdef' });
    const expired = craft({ ...claimsOf(access), exp: server.clock.seconds - 1 });
    for (const token of [access, ended.access, forged, expired]) {
      expect(await service.revoke(token)).toMatchObject(FOREIGN);
    }
    expect((await service.revoke('abc')).status).toBe(200); // no token has no audience
  });

  test.each([
    ['the text', 'orders', true],
    ['a list', ['stock', 'orders'], true],
    ['another text', 'stock', false],
    ['a list of lists', [['orders']], false],
    ['an object', { orders: 'orders' }, false],
    ['nothing', undefined, false],
  ])('S52: has the tokens whose `aud` names its audience: %s', async (_what, aud, isIts) => {
    const service = await serviceFor({ audience: 'orders' });
    server.clock.advance(1); // all sessions were ended before, and with them the tokens of none
    const { body } = await service.introspect(craftAccess(server, { aud }));
    expect((body as { active: boolean }).active).toBe(isIts);
  });
});
