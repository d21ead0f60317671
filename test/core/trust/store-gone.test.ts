import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { fastify, type FastifyInstance } from 'fastify';
import { StoreUnavailable } from '../../../src/contracts/errors.ts';
import { createClientAddresses } from '../../../src/server/http/client-address.ts';
import { registerServiceApi } from '../../../src/server/http/service-api.ts';
import { forgeForAlice } from '../../support/forge.ts';
import { startTestLibrary, type TestLibrary } from '../../support/library.ts';
import type { MethodName } from '../../support/seam.ts';
import { Service } from '../../support/service.ts';
import { describeEachStore } from '../../support/stores.ts';

describeEachStore('where the store goes after it has let a service in', (kind) => {
  let library: TestLibrary;
  let server: FastifyInstance;
  let service: Service;
  /** So many steps are done before requests have waited for the store for too long. */
  let inTime = Infinity;
  beforeEach(async () => {
    library = await startTestLibrary(kind);
    server = fastify();
    const addresses = createClientAddresses({ trustProxy: undefined, clientAddressHeader: 'X-Forwarded-For' });
    inTime = Infinity;
    const within = <Result>(since: number, work: () => Promise<Result>): Promise<Result> => {
      expect(performance.now() - since).toBeLessThan(60_000);
      return inTime-- > 0 ? work() : Promise.reject(new StoreUnavailable(new Error('late')));
    };
    const parts = { ...library.auth, rooms: { deadline: { within } } };
    await server.register(async (scope) => registerServiceApi(scope, parts, addresses));
    const url = await server.listen({ port: 0, host: '127.0.0.1' });
    service = await Service.of({ url, auth: library.auth });
  });
  afterEach(async () => {
    await server.close();
    await library.remove();
  });
  const gone = { status: 503, body: { error: 'temporarily_unavailable' } };
  const signIn = async () => (await library.auth.tokens.forUser(library.alice)).access.token;

  test('where it keeps requests waiting, they are answered at their deadline', async () => {
    const token = await signIn();
    for (const steps of [0, 1]) {
      inTime = steps;
      expect(await service.introspect(token)).toMatchObject(gone);
      inTime = steps;
      expect(await service.revoke(token)).toMatchObject(gone);
      inTime = steps;
      expect(await service.get('/revocations')).toMatchObject(gone);
    }
    inTime = Infinity;
    expect((await service.introspect(token)).body).toMatchObject({ active: true });
  });

  test('introspection does not say that a token is no good', async () => {
    const token = await signIn();
    library.seam.failAt('sessions.findWithUser');
    expect(await service.introspect(token)).toMatchObject(gone);
    expect((await service.introspect(token)).body).toMatchObject({ active: true });
  });

  test.each<[string, MethodName, () => Promise<string> | string]>([
    ['read', 'sessions.findWithUser', signIn],
    ['ended', 'sessions.revoke', signIn],
    ['blacklisted', 'blacklist.add', () => forgeForAlice(library, { token_type: 'refresh' })],
  ])('revocation does not say that it was done when a token could not be %s', async (_what, method, make) => {
    const token = await make();
    library.seam.failAt(method);
    expect(await service.revoke(token)).toMatchObject(gone);
    expect((await service.introspect(token)).body).toMatchObject({ active: true });
    expect(await service.revoke(token)).toMatchObject({ status: 200 });
    expect((await service.introspect(token)).body).toEqual({ active: false });
  });
});
