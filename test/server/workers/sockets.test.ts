import { describe, expect, test } from '@jest/globals';
import { createAuth } from '../../../src/graphql/auth.ts';
import { Client } from '../../support/client.ts';
import { until } from '../../support/ring.ts';
import { PASSWORD, TEST_KEY } from '../../support/server.ts';
import { secondsUntil, TestSocket } from '../../support/sockets.ts';
import { sharedStoreKinds, stageForWorkers, whenServed } from '../../support/workers.ts';

/** Signs in again and again until it is told to stop; the ids of the sessions. */
async function signInMeanwhile(auth: Awaited<ReturnType<typeof createAuth>>, work: () => Promise<unknown>) {
  const alice = await auth.users.findByUsername('alice');
  if (alice === null) throw new Error('expected alice');
  const state = { isOver: false };
  const ids: string[] = [];
  const signingIn = (async () => {
    while (!state.isOver) {
      const { access } = await auth.tokens.forUser(alice);
      ids.push(String((await auth.tokens.verify(access.token)).sessionId));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  await work().finally(() => (state.isOver = true));
  await signingIn;
  return ids;
}

describe.each(sharedStoreKinds)('sockets of workers on %s', () => {
  const stage = stageForWorkers();

  test('S59: are closed within a second by what another process ends, and lose no event in a rolling restart', async () => {
    const place = stage.newPlace();
    const server = await stage.start({}, place);
    const elsewhere = await createAuth({
      ...place.options,
      signingKey: TEST_KEY,
      passwordHashCost: 4,
      maxSessions: 1000,
    });
    const { access, refresh } = await new Client(server.url).signIn('alice', PASSWORD);
    const heard = new Set<string>();
    let latest: TestSocket | null = null;
    let since = new Date().toISOString();
    let connections = 0;
    let isOver = false;
    const listening = (async () => {
      for (;;) {
        const socket = await TestSocket.listen(server.url, access, { since }).catch(() => null); // of a worker that leaves
        latest = socket;
        const closed = await socket?.closed;
        if (socket !== null) connections += 1;
        for (const { id, at } of socket?.events ?? []) {
          heard.add(id);
          if (at > since) since = at;
        }
        if (isOver) return closed;
      }
    })();
    const ids = await signInMeanwhile(elsewhere, async () => {
      await whenServed(server, 2);
      for (const time of [1, 2]) {
        process.kill(server.pid, 'SIGHUP');
        await server.printed('stdout', new RegExp(`(all workers were replaced[^]*){${time}}`));
      }
    });
    isOver = true;
    const lost = () => {
      const arrived = new Set(latest?.events.map(({ id }) => id));
      return ids.filter((id) => !heard.has(`${id}:began`) && !arrived.has(`${id}:began`));
    };
    await until(() => lost().length === 0, 30).catch(() => {});
    expect(lost()).toEqual([]);
    await elsewhere.tokens.blacklist(refresh);
    expect(await listening).toEqual({ code: 4403, reason: 'session_revoked' });
    expect(connections).toBeGreaterThan(1);
    // What a busy machine delays, it does not delay each time.
    const seconds: number[] = [];
    while (seconds.length < 10 && !seconds.some((count) => count <= 1)) {
      const next = await new Client(server.url).signIn('alice', PASSWORD);
      const socket = await TestSocket.listen(server.url, next.access);
      await elsewhere.tokens.blacklist(next.refresh);
      seconds.push(await secondsUntil(socket.closed));
    }
    expect(Math.min(...seconds)).toBeLessThanOrEqual(1);
    await elsewhere.close();
  });
});
