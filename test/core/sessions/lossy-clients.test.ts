import { describe, expect, test } from '@jest/globals';
import { rounds } from '../../support/effort.ts';
import { simulateLossyClients } from '../../support/lossy-clients.ts';

/** Ten minutes, a rotation each minute and a half, and a seventh of all answers lost. */
const POPULATION = { clients: 1000, seconds: 600, accessLifetime: 120 } as const;

describe('clients that lose answers, with tabs that do not wait for each other, while the store is cut off again and again', () => {
  test.each(rounds(1, 10))('S44: none of a thousand is signed out (%i)', async (seed) => {
    const { signedOut, events, ...counts } = await simulateLossyClients('sqlite', { ...POPULATION, seed });
    expect(signedOut).toEqual([]);
    expect(events.filter(({ reason }) => reason !== null)).toEqual([]);
    // Otherwise little would have been tried.
    expect(counts.answers).toBeGreaterThan(4000);
    expect(counts.losses).toBeGreaterThan(500);
  });

  test('some are signed out where a replay is answered within the grace interval only', async () => {
    const few = { ...POPULATION, clients: 200, seed: 1, replayWindow: 0 };
    const { signedOut } = await simulateLossyClients('sqlite', few);
    expect(signedOut.length).toBeGreaterThan(5);
  });
});
