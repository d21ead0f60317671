import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { AnsweredTokens } from '../../src/client/index.ts';
import { claimsOf, forgeForAlice } from '../support/forge.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { closeDevices, heldBy, newDevice, signedInDevice } from './network.ts';

describe('tokens that are refused', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer('sqlite');
    await server.auth.users.create({ username: 'bob', password: PASSWORD });
  });
  afterEach(closeDevices);
  afterAll(() => server.remove());

  test('S57: gives no token of somebody who has signed in meanwhile to an operation of somebody else', async () => {
    const { tokens } = await signedInDevice(server);
    const alices = (await tokens.accessToken()) ?? '';
    server.clock.advance(301);
    const [begun] = await Promise.allSettled([tokens.accessToken(), tokens.signIn('bob', PASSWORD)]);
    expect(begun).toMatchObject({ status: 'rejected', reason: { name: 'TokenRequestError' } });
    expect(await tokens.refresh(alices)).toBeNull();
    const bobs = (await tokens.accessToken()) ?? '';
    expect(claimsOf(bobs)['user_id']).not.toBe(claimsOf(alices)['user_id']);
  });

  test('refreshes a token that is refused while it is fresh a few times, later each time, and then no more', async () => {
    const pauses: number[] = [];
    const { network, tokens } = await signedInDevice(server, { sleep: async (ms) => void pauses.push(ms) });
    for (let time = 0; time < 10; time += 1) await tokens.refresh((await tokens.accessToken()) ?? '');
    expect(network.count('tokenRefresh')).toBe(4);
    const bounds = [500, 1000, 2000];
    const waited = pauses.filter((ms) => ms > 0);
    expect(waited.map((ms, index) => ms >= (bounds[index] ?? 0) && ms <= 2 * (bounds[index] ?? 0))).toEqual([
      true,
      true,
      true,
    ]);
    server.clock.advance(31);
    expect(await tokens.refresh((await tokens.accessToken()) ?? '')).not.toBeNull();
  });

  test('S57: goes on with the operation where the tokens were of Django, which knows no sessions', async () => {
    const { tokens } = newDevice(server);
    const [refresh, access] = [forgeForAlice(server, {}), forgeForAlice(server, { token_type: 'access' })];
    await tokens.save({ refresh, access });
    const fresh = await tokens.refresh(access);
    expect(claimsOf(fresh)).toHaveProperty('sid');
    server.clock.advance(301);
    expect(await tokens.accessToken()).not.toBe(fresh);
  });

  test.each([null, {}, { access: 5 }, { access: 'a', refresh: 5 }])(
    'saves nothing of %j, and goes on',
    async (answered) => {
      const device = await signedInDevice(server);
      const { access } = heldBy(device);
      const saved = device.tokens.save(answered as AnsweredTokens);
      await expect(saved).rejects.toMatchObject({ name: 'TokenRequestError', outcome: 'unavailable' });
      expect(heldBy(device).access).toBe(access);
      expect(await device.tokens.refresh()).not.toBe(access);
    },
  );
});
