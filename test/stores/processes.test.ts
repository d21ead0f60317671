import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { settingsFromOptions } from '../../src/contracts/settings/settings.ts';
import { openStore } from '../../src/stores/open-store.ts';
import { describeEachStore, newPlace, type Place } from '../support/stores.ts';
import { newSession } from './records.ts';

const WRITER = fileURLToPath(new URL('./writer.mjs', import.meta.url));
const NAMES = Array.from({ length: 100 }, (_, index) => `name ${index}`);

/** The names each kind of call has won. */
type Won = Readonly<Record<'own' | 'users' | 'rotations' | 'revocations' | 'blacklist' | 'proofs', readonly string[]>>;

/** A process of `writer.mjs`, which the compiled program runs in. */
function startWriter(me: string, { options }: Place) {
  const argument = JSON.stringify({ me, options, names: NAMES });
  const child = spawn(process.execPath, [WRITER, argument], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const exited = once(child, 'close');
  return {
    ready: async () => expect((await lines.next()).value).toBe('ready'),
    go: async (): Promise<Won> => {
      child.stdin.write('go\n');
      const { value = '{}' } = (await lines.next()) as { value?: string };
      expect(await exited).toEqual([0, null]);
      return JSON.parse(value) as Won;
    },
  };
}

describeEachStore('processes that write at once', (kind) => {
  let place: Place;
  beforeEach(() => {
    place = newPlace(kind);
  });
  afterEach(() => place.remove());

  test('lose no write, and exactly one wins each name, each rotation and each revocation', async () => {
    const store = await openStore(settingsFromOptions(place.options));
    try {
      // One after the other: this is no race yet, and a store that waits for its disk takes them no faster.
      for (const id of NAMES) await store.sessions.insert(newSession({ id, userId: 'u', jti: 'first' }));
      const writers = ['one', 'two'].map((me) => startWriter(me, place));
      await Promise.all(writers.map(({ ready }) => ready()));
      const [one, two] = await Promise.all(writers.map(({ go }) => go()));

      for (const won of [one, two]) expect(won?.own).toEqual(NAMES);
      for (const call of ['users', 'rotations', 'revocations', 'proofs', 'blacklist'] as const) {
        expect([...(one?.[call] ?? []), ...(two?.[call] ?? [])].toSorted()).toEqual(NAMES.toSorted());
      }
      const winnerOf = (call: keyof Won, name: string) => (one?.[call].includes(name) ? 'one' : 'two');
      const checks = NAMES.map(async (name) => {
        const found = await Promise.all(['one', 'two'].map((me) => store.users.findById(`${me} ${name}`)));
        expect(found).not.toContain(null);
        const id = `${winnerOf('users', name)} and ${name}`;
        expect(await store.users.findByUsernameKey(name)).toMatchObject({ id });
        const [jti, revokedReason] = [winnerOf('rotations', name), winnerOf('revocations', name)];
        expect(await store.sessions.find(name)).toMatchObject({ jti, previousJti: 'first', revokedReason });
      });
      await Promise.all(checks);
      expect(await store.blacklist.deleteExpired(new Date(1_800_000_000_000))).toBe(NAMES.length);
    } finally {
      await store.close();
    }
  });
});
