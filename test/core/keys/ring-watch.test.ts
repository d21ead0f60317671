import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { settingsFromOptions } from '../../../src/contracts/settings/settings.ts';
import type { KeyKeeper } from '../../../src/core/keys/key-keeper.ts';
import { RingWatch, type RingListener } from '../../../src/core/keys/ring-watch.ts';
import { loadKeys, type KeySource } from '../../../src/core/keys/token-keys.ts';
import { jwkIn, keeperOf } from '../../support/ring.ts';
import { TestClock } from '../../support/server.ts';

let folder: string;
let clock: TestClock;
let keeper: KeyKeeper;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'simplejwt-ring-')), 'keys');
  clock = new TestClock();
  keeper = keeperOf(folder, clock.read);
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

describe('a ring in use', () => {
  const problems: string[] = [];
  const changes: number[] = [];
  const readings: boolean[] = [];
  const listener: RingListener = {
    failed: ({ message }) => problems.push(message),
    changed: (kids) => changes.push(kids.length),
    read: (isWhole) => readings.push(isWhole),
  };
  let watch: RingWatch | undefined;
  beforeEach(() => {
    problems.length = 0;
    changes.length = 0;
  });
  afterEach(() => watch?.close());
  const open = async () => (watch = await RingWatch.open(folder, listener));
  const kids = ({ ring }: RingWatch) => ring.accepted(clock.read()).map(({ kid }) => kid);

  test.each(['missing', 'empty'])('does not start with a folder that is %s, and says what to run', async (how) => {
    const [place, found] =
      how === 'empty'
        ? [join(folder, '..'), `there is no key in ${join(folder, '..')}; create the first by`]
        : [folder, `there is no folder ${folder}; create it, with a first key, by`];
    await expect(RingWatch.open(place, listener)).rejects.toThrow(
      `JWT_KEYS_DIR: ${found}: npx graphql-simplejwt keys generate.`,
    );
  });

  test('does not start with a file in the place of the folder', async () => {
    writeFileSync(folder, '');
    await expect(RingWatch.open(folder, listener)).rejects.toThrow(/^JWT_KEYS_DIR: .*ENOTDIR/);
  });

  test('stays in its folder when the program moves to another', async () => {
    await keeper.generate();
    const started = process.cwd();
    watch = await RingWatch.open(relative(started, folder), listener);
    try {
      process.chdir('/');
      await keeper.rotate({ activateAfter: 0 });
      await watch.look();
    } finally {
      process.chdir(started);
    }
    expect(kids(watch)).toHaveLength(2);
    expect(problems).toEqual([]);
  });

  test('finds keys that come and go', async () => {
    const first = await keeper.generate();
    const ring = await open();
    const second = await keeper.rotate({ activateAfter: 0 });
    await ring.look();
    expect(kids(ring)).toEqual([first.kid, second.kid]);
    await keeper.retire(first.kid);
    await ring.look();
    expect(kids(ring)).toEqual([second.kid]);
    expect({ problems, changes }).toEqual({ problems: [], changes: [2, 1] });
  });

  test('is read for a name that is unknown ten times a second at most, and a reading under way is waited for', async () => {
    await keeper.generate();
    const ring = await open();
    ring.close(); // no look of its own in between
    const started = performance.now();
    const now = jest.spyOn(performance, 'now').mockReturnValue(started);
    await ring.look();
    readings.length = 0;
    now.mockReturnValue(started + 99);
    await ring.lookAgain();
    expect(readings).toEqual([]);
    now.mockReturnValue(started + 100);
    await ring.lookAgain();
    await ring.lookAgain(); // it was read just now
    expect(readings).toEqual([true]);
    const { kid } = await keeper.rotate({ activateAfter: 0 });
    const looking = ring.look();
    await ring.lookAgain();
    expect(kids(ring)).toContain(kid);
    await looking;
    now.mockRestore();
  });

  /** Names that a key may have, for files that hold none. */
  const NAME = 'A'.repeat(43);
  const broken = async (): Promise<[string, string][]> => {
    const other = keeperOf(join(folder, '../other'), clock.read);
    const { kid } = await other.generate('RS256');
    const jwk = jwkIn(join(folder, '../other'), kid);
    const file = (changed: object, times: object = {}) => {
      const moment = new Date(clock.read()).toISOString();
      const usual = { createdAt: moment, signsFrom: moment, predecessorsEnd: moment };
      return JSON.stringify({ ...usual, ...times, jwk: { ...jwk, ...changed } });
    };
    return [
      ['nothing yet', ''],
      ['half of a key', file({}).slice(0, 300)],
      ['something else', '["no key"]'],
      ['nothing', 'null'],
      ['a public key', file({ d: undefined })],
      ['no algorithm', file({ alg: 'none' })],
      ['an algorithm that there is not', file({ alg: 'EdDSA' })],
      ['the algorithm of another kind of key', file({ alg: 'ES256' })],
      ['an HS algorithm for a key pair', file({ alg: 'HS256' })],
      ['no moment', file({}, { createdAt: 'soon' })],
      ['the name of another key', file({ kid: NAME })],
      ['a key under another name', file({})],
    ];
  };

  test('is not disturbed by files that are no whole key, tells of each once, and quotes none', async () => {
    const { kid } = await keeper.generate('ES256');
    const ring = await open();
    for (const [what, text] of await broken()) {
      writeFileSync(join(folder, `${NAME}.json`), text);
      await ring.look();
      await ring.look();
      expect({ what, kids: kids(ring), told: problems.length }).toEqual({ what, kids: [kid], told: 1 });
      expect(problems[0]).toContain(`${NAME}.json: `);
      expect(problems[0]).not.toMatch(/"d"|PRIVATE|[\w-]{60}/);
      rmSync(join(folder, `${NAME}.json`));
      await ring.look();
      expect(problems).toHaveLength(1); // that it is whole again is no problem
      problems.length = 0;
    }
    expect(changes).toEqual([]);
    writeFileSync(join(folder, `${NAME}.json`), '{');
    const again = await RingWatch.open(folder, listener);
    again.close();
    expect({ kids: kids(again), told: problems.length }).toEqual({ kids: [kid], told: 1 });
  });

  test('keeps a key whose file has been broken beside one that is whole', async () => {
    const first = await keeper.generate();
    const second = await keeper.rotate({ activateAfter: 60 });
    const ring = await open();
    writeFileSync(join(folder, `${first.kid}.json`), '');
    await ring.look();
    expect(kids(ring)).toEqual([first.kid, second.kid]);
    expect(ring.ring.signer(clock.read())?.kid).toBe(first.kid);
  });

  test('keeps a key whose file has been broken, and takes all that has changed beside it', async () => {
    const first = await keeper.generate();
    const ring = await open();
    writeFileSync(join(folder, `${first.kid}.json`), '{"half":');
    await ring.look();
    expect(kids(ring)).toEqual([first.kid]);
    const { kid } = await keeperOf(join(folder, '../other')).generate();
    writeFileSync(
      join(folder, `${kid}.json`),
      JSON.stringify({
        createdAt: new Date(clock.read() + 1),
        signsFrom: new Date(clock.read()),
        predecessorsEnd: new Date(clock.read()),
        jwk: jwkIn(join(folder, '../other'), kid),
      }),
    );
    await ring.look();
    expect(kids(ring)).toEqual([kid]); // an emergency elsewhere: the broken one is ended all the same
  });

  test('stays as it was while its folder is gone or empty', async () => {
    const { kid } = await keeper.generate();
    const ring = await open();
    rmSync(folder, { recursive: true });
    await ring.look();
    await ring.look();
    expect({ kids: kids(ring), told: problems.length }).toEqual({ kids: [kid], told: 1 });
    const another = await keeper.generate();
    await ring.look();
    expect(kids(ring)).toEqual([another.kid]);
    rmSync(join(folder, `${another.kid}.json`));
    await ring.look();
    expect(kids(ring)).toEqual([another.kid]);
    expect(problems.at(-1)).toMatch(/no longer holds a usable key/);
  });
});

describe('keys of a ring', () => {
  let keys: KeySource | undefined;
  afterEach(() => keys?.close());
  const load = async (options = {}) =>
    (keys = await loadKeys(settingsFromOptions({ keysDir: folder, ...options }), { clock: clock.read }));

  test('are found by a name that another server knew first, without waiting for the next look', async () => {
    await keeper.generate();
    const loaded = await load();
    const { kid } = await keeper.rotate({ activateAfter: 0 });
    await new Promise((resolve) => setTimeout(resolve, 150)); // as long as between two that strangers can ask for
    expect(await loaded.find(kid)).not.toBeNull();
    expect(loaded.signing().kid).toBe(kid);
  });

  test('verify tokens without a name only where there is the key from before the ring', async () => {
    await keeper.generate('ES256');
    expect(await (await load()).find(undefined)).toBeNull();
    keys?.close();
    const loaded = await load({ signingKey: 'x'.repeat(32) });
    expect(await loaded.find(undefined)).toMatchObject({ algorithm: 'HS256' });
    expect(loaded.signing()).toMatchObject({ algorithm: 'ES256' });
  });

  test('have one secret for all servers, which is none of what is published', async () => {
    await keeper.generate('ES256');
    const loaded = await load();
    const other = await loadKeys(settingsFromOptions({ keysDir: folder }), { clock: clock.read });
    other.close();
    expect(other.secret().equals(loaded.secret())).toBe(true);
    expect(loaded.secret()).toBe(loaded.secret()); // exported once: each attempt that is counted asks for it
    const before = loaded.secret().export();
    await keeper.replaceAll();
    await new Promise((resolve) => setTimeout(resolve, 150));
    await loaded.find('B'.repeat(43));
    expect(loaded.secret().export()).not.toEqual(before);
  });
});
