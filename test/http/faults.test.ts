import { afterEach, describe, expect, test } from '@jest/globals';
import { HelloDocument, TokenObtainPairDocument, TokenRefreshDocument } from '../generated/operations.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { newPlace, storeKinds } from '../support/stores.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';

const UNAVAILABLE = { code: 'SERVICE_UNAVAILABLE', reason: 'store_unavailable', action: 'WAIT' };

const onMongoDb = storeKinds.includes('mongodb') ? describe : describe.skip;

onMongoDb('when mongodb is gone', () => {
  let server: TestServer;
  let proxy: TcpProxy;
  afterEach(async () => {
    proxy.mend();
    await server.remove();
    await proxy.close();
  });

  test('nobody is let in, nothing is lost, and all works again by itself', async () => {
    const uri = new URL(newPlace('mongodb').env['MONGODB_URI'] ?? '');
    proxy = await TcpProxy.to(uri.hostname, Number(uri.port || 27017));
    uri.host = `127.0.0.1:${proxy.port}`;
    uri.searchParams.set('directConnection', 'true'); // a replica set would tell the driver the way round the proxy
    server = await startTestServer('sqlite', { env: { MONGODB_URI: uri.toString() } });
    const { access, refresh } = await server.signIn();

    proxy.cut();
    const started = Date.now();
    const answers = await Promise.all([
      server.client.send(HelloDocument, {}, { token: access }),
      server.client.send(TokenRefreshDocument, { refresh }),
      server.client.send(TokenObtainPairDocument, { username: 'alice', password: PASSWORD }),
    ]);
    for (const { data, errors } of answers) {
      expect(data).toBeNull();
      expect(errors[0]?.extensions).toMatchObject(UNAVAILABLE);
      expect(errors[0]?.message).not.toMatch(/Mongo|127\.0\.0\.1|ECONN/);
    }
    expect(Date.now() - started).toBeLessThan(10_000);
    expect((await fetch(new URL('/readyz', server.url))).status).toBe(503);

    proxy.mend();
    expect(await server.client.expect(HelloDocument, {}, { token: access })).toEqual({ hello: 'Hello, alice!' });
    expect(await server.client.expect(TokenRefreshDocument, { refresh })).toBeDefined();
    expect((await fetch(new URL('/readyz', server.url))).status).toBe(200);
  });
});
