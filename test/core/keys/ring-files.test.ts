import { generateKeyPairSync } from 'node:crypto';
import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { settingsFromOptions } from '../../../src/contracts/settings/settings.ts';
import type { KeyKeeper } from '../../../src/core/keys/key-keeper.ts';
import { KeyRing } from '../../../src/core/keys/key-ring.ts';
import { NOTHING_READ, readRing, removeKeyFile, writeKeyFile } from '../../../src/core/keys/ring-folder.ts';
import { makeRingKey, parseRingKey, type RingKey } from '../../../src/core/keys/ring-key.ts';
import { RingWatch } from '../../../src/core/keys/ring-watch.ts';
import { loadKeys } from '../../../src/core/keys/token-keys.ts';
import { keeperOf } from '../../support/ring.ts';
import { TestClock } from '../../support/server.ts';

const TIMES = { createdAt: 1000, signsFrom: 2000, predecessorsEnd: 3000 };

let folder: string;
let clock: TestClock;
let keeper: KeyKeeper;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'simplejwt-ring-')), 'keys');
  clock = new TestClock();
  keeper = keeperOf(folder, clock.read);
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

describe('the file of a key', () => {
  /** What is wrong with a file whose members were changed. */
  const problemOf = async (changed: object, jwk: object = {}, algorithm: 'RS256' | 'HS256' = 'RS256') => {
    const { kid, text } = await makeRingKey(algorithm, TIMES);
    const file = JSON.parse(text) as { jwk: object };
    const parsed = parseRingKey(kid, JSON.stringify({ ...file, jwk: { ...file.jwk, ...jwk }, ...changed }));
    return parsed.then(
      () => null,
      (error: Error) => `${error.name}: ${error.message}`,
    );
  };

  test('is read as it was written', async () => {
    const { kid, text } = await makeRingKey('ES256', TIMES);
    expect(await parseRingKey(kid, text)).toMatchObject({ ...TIMES, kid, algorithm: 'ES256' });
    const rsa = await makeRingKey('RS256', TIMES);
    const { signing } = await parseRingKey(rsa.kid, rsa.text);
    expect(signing.asymmetricKeyDetails).toMatchObject({ modulusLength: 2048 });
  });

  test.each([
    ['no key', { jwk: null }, {}, 'it is not the whole of a key'],
    ['no moment', { signsFrom: 'soon' }, {}, '"signsFrom" is no moment'],
    ['an unknown algorithm', {}, { alg: 'none' }, /^KeyRingError: got the algorithm "none", expected one of HS256, /],
    ['a key of another kind', {}, { kty: 'oct' }, 'it holds no private key for RS256'],
    ['the algorithm of another kind', {}, { alg: 'HS256' }, 'it holds no secret key for HS256'],
    ['a secret beside', {}, { alg: 'HS256', k: 'x'.repeat(43) }, 'it holds no secret key for HS256'],
    ['another name', {}, { kid: 'x' }, 'its name is not the thumbprint of its key'],
  ])('with %s is refused, and why', async (_what, changed, jwk, problem) => {
    expect(await problemOf(changed, jwk)).toMatch(typeof problem === 'string' ? `KeyRingError: ${problem}` : problem);
  });

  test('that cannot be written says what cannot, and leaves nothing behind', async () => {
    await expect(writeKeyFile(folder, 'no/where', '{}')).rejects.toMatchObject({ code: 'ENOENT', syscall: 'open' });
    mkdirSync(join(folder, 'taken.json'));
    await expect(writeKeyFile(folder, 'taken', '{}')).rejects.toMatchObject({ syscall: 'rename' });
    await expect(removeKeyFile(folder, 'taken')).rejects.toMatchObject({ syscall: 'rm' });
    expect(readdirSync(folder)).toEqual(['taken.json']);
  });

  test('is on the disk before it has its name, and so is the folder that has it or no longer does', async () => {
    mkdirSync(folder);
    const handle = await open(folder);
    await handle.close();
    const named: (readonly string[])[] = [];
    jest.spyOn(Object.getPrototypeOf(handle) as FileHandle, 'sync').mockImplementation(async () => {
      await nextTurn(); // a disk takes its time
      named.push(readdirSync(folder).filter((name) => !name.startsWith('.')));
    });
    await writeKeyFile(folder, 'a', '{}');
    expect(named).toEqual([[], ['a.json']]);
    await removeKeyFile(folder, 'a');
    expect(named.slice(2)).toEqual([[]]);
    await removeKeyFile(folder, 'a'); // another was quicker
    jest.restoreAllMocks();
  });

  test('that goes while the folder is read is not missed, and one that cannot be read is told of', async () => {
    const { kid } = await keeper.generate('ES256');
    symlinkSync(join(folder, 'gone'), join(folder, `${'a'.repeat(43)}.json`));
    mkdirSync(join(folder, `${'b'.repeat(43)}.json`));
    writeFileSync(join(folder, 'notes.json'), 'buy tea');
    const { found, unusable } = await readRing(folder, NOTHING_READ);
    expect([...found.keys()]).toEqual([kid]);
    expect(unusable).toEqual([
      { file: join(folder, `${'b'.repeat(43)}.json`), problem: expect.stringMatching(/^EISDIR/) },
    ]);
  });
});

test('a folder with a damaged key alone is no ring, and gets no first key', async () => {
  mkdirSync(folder);
  const file = join(folder, `${'a'.repeat(43)}.json`);
  writeFileSync(file, '{}');
  const problem = `${file}: it is not the whole of a key`;
  const listener = { changed: () => {}, failed: () => {}, read: () => {} };
  await expect(RingWatch.open(folder, listener)).rejects.toThrow(`no usable key in ${folder}: ${problem}.`);
  await expect(keeper.generate()).rejects.toThrow(`${problem}. Repair or remove it first.`);
});

(process.getuid?.() === 0 ? describe : describe.skip)('the file of a key that root writes', () => {
  test('belongs to the owner of the folder', async () => {
    mkdirSync(folder);
    chownSync(folder, 65_534, 65_533);
    const { kid, text } = await makeRingKey('ES256', TIMES);
    await writeKeyFile(folder, kid, text);
    expect(statSync(join(folder, `${kid}.json`))).toMatchObject({ uid: 65_534, gid: 65_533 });
  });
});

describe('a ring', () => {
  const keyOf = async (times: Partial<typeof TIMES> = {}): Promise<RingKey> => {
    const { kid, text } = await makeRingKey('ES256', { ...TIMES, ...times });
    return parseRingKey(kid, text);
  };

  test('without keys signs with none', () => {
    expect(new KeyRing([]).signer(0)).toBeNull();
  });

  test('has one order for all who read it, also of keys that were made in one moment', async () => {
    const keys = await Promise.all([keyOf(), keyOf(), keyOf()]);
    const order = (ring: readonly RingKey[]) => new KeyRing(ring).keys.map(({ kid }) => kid);
    expect(order(keys.toReversed())).toEqual(order(keys));
    expect(order(keys)).toEqual(keys.map(({ kid }) => kid).toSorted((one, other) => (one < other ? -1 : 1)));
  });

  test('is signed for by the key that is due first, where by the clock none is', async () => {
    const [first, second] = await Promise.all([
      keyOf({ createdAt: 1, signsFrom: 300, predecessorsEnd: 9000 }),
      keyOf({ createdAt: 2, signsFrom: 200, predecessorsEnd: 9000 }),
    ]);
    const ring = new KeyRing([first, second]);
    expect([100, 200, 300].map((now) => ring.signer(now)?.kid)).toEqual([second.kid, second.kid, second.kid]);
    expect(ring.stateOf(first, 100)).toBe('published');
  });

  test('tells operators of its keys, and of the one from before it', async () => {
    const { kid } = await keeper.generate('ES256');
    const options = { keysDir: folder, signingKey: 'x'.repeat(32) };
    const keys = await loadKeys(settingsFromOptions(options), { clock: clock.read });
    keys.close();
    const now = new Date(clock.read());
    const none = { kid: null, createdAt: null, signsFrom: null, retiresAt: null };
    expect(keys.describe()).toEqual([
      { kid, algorithm: 'ES256', state: 'signing', createdAt: now, signsFrom: now, retiresAt: null },
      { ...none, algorithm: 'HS256', state: 'verifying' },
    ]);
  });

  test('is not looked at any more once it is closed', async () => {
    await keeper.generate('ES256');
    const cleared = jest.spyOn(globalThis, 'clearInterval');
    const set = jest.spyOn(globalThis, 'setInterval');
    const watch = await RingWatch.open(folder, { changed: () => {}, failed: () => {}, read: () => {} });
    watch.close();
    const timer = set.mock.results[set.mock.calls.findIndex(([, ms]) => ms === 1000)]?.value as NodeJS.Timeout;
    expect(cleared).toHaveBeenCalledWith(timer);
    jest.restoreAllMocks();
  });
});

describe('a key of its own', () => {
  test('verifies tokens whatever name they give it', async () => {
    const keys = await loadKeys(settingsFromOptions({ signingKey: 'x'.repeat(32) }));
    for (const kid of [undefined, 'x', 'B'.repeat(43)])
      expect(await keys.find(kid)).toMatchObject({ algorithm: 'HS256' });
  });

  test('is accepted by the name that is published, where there is one and no others are accepted beside it', async () => {
    const signingKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const pair = {
      algorithm: 'ES256',
      signingKey: signingKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    } as const;
    const keys = await loadKeys(settingsFromOptions(pair));
    expect(keys.accepted()).toEqual([keys.published()[0]?.kid]);
    for (const options of [{ signingKey: 'x'.repeat(32) }, { ...pair, jwkUrl: 'https://a.example/jwks' }]) {
      expect((await loadKeys(settingsFromOptions(options))).accepted()).toBeNull();
    }
  });

  test('is a secret that begins like a path where there is no such folder', async () => {
    const signingKey = `/no-such-folder/${'x'.repeat(32)}`;
    const keys = await loadKeys(settingsFromOptions({ signingKey }));
    expect(keys.secret().export().toString()).toBe(signingKey);
  });
});
