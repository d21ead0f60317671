import { afterAll, describe, expect, test } from '@jest/globals';
import { createAuth } from '../../src/graphql/auth.ts';
import { TokenObtainPairDocument } from '../generated/operations.ts';
import { Client } from '../support/client.ts';
import { endProcesses, helloWith, runCli, startProcess, TEST_ENV } from '../support/process.ts';
import { until } from '../support/ring.ts';
import { blocksOf, OperatorShell, withReplacements } from '../support/runbook.ts';
import { PASSWORD, TEST_KEY } from '../support/server.ts';
import { newPlace, storeKinds } from '../support/stores.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';

const [look = ''] = blocksOf('docs/runbook.md', 'MongoDB is unreachable', 'sh');

describe.each(storeKinds.filter((kind) => kind === 'mongodb'))('a %s that is gone, as the runbook has it', (kind) => {
  const place = newPlace(kind);
  const shell = new OperatorShell({});
  let proxy: TcpProxy;
  afterAll(async () => {
    await endProcesses();
    await proxy.close();
    shell.remove();
    await place.remove();
  });

  test('lets nobody in and signs nobody out; servers go on by themselves when it is back', async () => {
    const uri = new URL(place.options.mongodbUri ?? '');
    proxy = await TcpProxy.to(uri.hostname, Number(uri.port));
    const auth = await createAuth({ ...place.options, signingKey: TEST_KEY, passwordHashCost: 4 });
    await auth.users.create({ username: 'alice', password: PASSWORD });
    await auth.close();
    uri.host = `127.0.0.1:${proxy.port}`;
    const env = { ...TEST_ENV, DATA_DIR: place.options.dataDir, MONGODB_URI: uri.toString() };
    const { url } = await startProcess({ env });
    const client = new Client(url);
    const status = async () =>
      (await shell.expect(withReplacements(look, { 'http://one.internal:4000': new URL(url).origin }))).trimEnd();
    expect(await status()).toBe('{"status":"ok"}200');
    const { access } = await client.signIn('alice', PASSWORD);

    proxy.suffer('cut');
    expect(await status()).toBe('{"status":"unavailable","store":"does not answer"}503');
    const { errors } = await client.send(TokenObtainPairDocument, { username: 'alice', password: PASSWORD });
    expect(errors).toMatchObject([{ extensions: { reason: 'store_unavailable', action: 'WAIT' } }]);
    expect(await helloWith(client, access)).toBe('store_unavailable');
    const started = await runCli(['start'], { env: { ...env, PORT: '0' } });
    expect(started).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^MONGODB_URI: [^\n]* cannot be used: .*; expected a MongoDB that answers there\.\n$/,
      ),
    });

    proxy.mend();
    await until(async () => (await status()) === '{"status":"ok"}200');
    expect(await helloWith(client, access)).toBe('Hello, alice!');
    await client.signIn('alice', PASSWORD);
  });
});
