import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ALGORITHMS } from '../../../src/contracts/settings/settings-table.ts';
import type { KeyKeeper } from '../../../src/core/keys/key-keeper.ts';
import { publicJwkOf } from '../../../src/core/keys/public-jwk.ts';
import { writeKeyFile } from '../../../src/core/keys/ring-folder.ts';
import { makeRingKey } from '../../../src/core/keys/ring-key.ts';
import { jwkIn, keeperOf } from '../../support/ring.ts';
import { TestClock } from '../../support/server.ts';

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

let folder: string;
let clock: TestClock;
let keeper: KeyKeeper;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'simplejwt-ring-')), 'keys');
  clock = new TestClock();
  keeper = keeperOf(folder, clock.read);
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

const states = async () => (await keeper.list()).keys.map(({ state }) => state);

test.each(['rsa', 'ec'] as const)('S8: what is published of a private %s key is its public half', (kind) => {
  const { privateKey, publicKey } =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const published = publicJwkOf(privateKey, 'a', 'RS256');
  expect(published).toEqual({ ...publicKey.export({ format: 'jwk' }), kid: 'a', alg: 'RS256', use: 'sig' });
});

describe('a key ring', () => {
  test.each(ALGORITHMS)('makes a key for %s that signs at once, in a file for its owner alone', async (algorithm) => {
    const { kid, state } = await keeper.generate(algorithm);
    expect({ state, algorithm: jwkIn(folder, kid)['alg'] }).toEqual({ state: 'signing', algorithm });
    expect(readdirSync(folder)).toEqual([`${kid}.json`]);
    expect(statSync(join(folder, `${kid}.json`)).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    await expect(keeper.generate(algorithm)).rejects.toThrow(/already/);
  });

  test('publishes a key before it signs, and keeps the former until its last token has died', async () => {
    await keeper.generate('ES256');
    const next = await keeper.rotate({ activateAfter: 10 * MINUTE });
    expect(next).toMatchObject({ algorithm: 'ES256', state: 'published', retiresAt: null });
    expect(await states()).toEqual(['signing', 'published']);
    clock.advance(10 * MINUTE);
    expect(await states()).toEqual(['verifying', 'signing']);
    clock.advance(DAY); // the refresh tokens of the last moment
    expect(await states()).toEqual(['verifying', 'signing']);
    clock.advance(5);
    expect(await states()).toEqual(['retired', 'signing']);
  });

  test.each([
    ['refresh tokens', { refreshTokenLifetime: '7d' }, 7 * DAY],
    ['sliding tokens', { slidingTokenLifetime: '10d', slidingTokenRefreshLifetime: '30d' }, 10 * DAY],
    ['access tokens', { accessTokenLifetime: '1d', leeway: '10m' }, DAY + 10 * MINUTE],
  ])('counts the end of a key by the longest of what it signed: %s', async (_which, options, longest) => {
    keeper = keeperOf(folder, clock.read, options);
    await keeper.generate();
    const { signsFrom } = await keeper.rotate({ activateAfter: MINUTE });
    const [former] = (await keeper.list()).keys;
    expect(former?.retiresAt?.getTime()).toBe(signsFrom.getTime() + (longest + 5) * 1000);
  });

  test('is signed for by the key made last, however long an earlier one still has to wait', async () => {
    await keeper.generate();
    await keeper.rotate({ activateAfter: 20 * MINUTE });
    await keeper.rotate({ activateAfter: MINUTE });
    clock.advance(MINUTE);
    expect(await states()).toEqual(['verifying', 'published', 'signing']);
    clock.advance(20 * MINUTE);
    expect(await states()).toEqual(['verifying', 'verifying', 'signing']);
  });

  test('keeps the order in which keys were made where the clock of the second maker is behind', async () => {
    await keeper.generate();
    const behind = keeperOf(folder, () => clock.read() - 60_000);
    const made = await behind.rotate({ activateAfter: 0 });
    expect((await keeper.list()).keys.at(-1)).toMatchObject({ kid: made.kid, state: 'signing' });
  });

  test('in an emergency ends all others at once, those that are still to come among them', async () => {
    await keeper.generate('ES256');
    await keeper.rotate({ activateAfter: MINUTE });
    const { kid } = await keeper.replaceAll('PS256');
    expect((await keeper.list()).keys).toMatchObject([{ kid, algorithm: 'PS256', state: 'signing' }]);
    expect(readdirSync(folder)).toEqual([`${kid}.json`]);
  });

  test('in an emergency is whole with the new file alone, if nothing could be removed after it', async () => {
    await keeper.generate();
    await keeper.rotate({ activateAfter: 0 });
    const now = clock.read();
    const times = { createdAt: now + 2, signsFrom: now, predecessorsEnd: now };
    const { kid, text } = await makeRingKey('ES256', times);
    await writeKeyFile(folder, kid, text);
    expect(await states()).toEqual(['retired', 'retired', 'signing']);
  });

  test('retires a key by hand, but not the one that signs', async () => {
    const first = await keeper.generate();
    const second = await keeper.rotate({ activateAfter: 0 });
    await expect(keeper.retire(second.kid)).rejects.toThrow(/This key signs/);
    expect(await keeper.retire(first.kid)).toMatchObject({ kid: first.kid, state: 'retired' });
    expect(await states()).toEqual(['signing']);
    for (const kid of [first.kid, '../x', '']) await expect(keeper.retire(kid)).rejects.toThrow(/no such key/);
  });

  test('retires with a key those that it had ended, which would be accepted again without it', async () => {
    await keeper.generate();
    const second = await keeper.rotate({ activateAfter: 0 });
    clock.advance(DAY / 2);
    const third = await keeper.rotate({ activateAfter: 0 });
    clock.advance(DAY / 2 + MINUTE);
    expect(await states()).toEqual(['retired', 'verifying', 'signing']);
    await keeper.retire(second.kid);
    expect(readdirSync(folder)).toEqual([`${third.kid}.json`]);
  });

  test.each([
    ['made first', [10, 20], ['signing', 'published']],
    ['made last', [20, 10], ['published', 'signing']],
  ])(
    'where none may sign yet is signed for by the key that may soonest: the one %s',
    async (_what, minutes, expected) => {
      const now = clock.read();
      for (const [index, minute] of minutes.entries()) {
        const signsFrom = now + minute * MINUTE * 1000;
        const times = { createdAt: now + index, signsFrom, predecessorsEnd: signsFrom + DAY * 1000 };
        const { kid, text } = await makeRingKey('ES256', times);
        await writeKeyFile(folder, kid, text);
      }
      expect(await states()).toEqual(expected);
    },
  );

  test('loses the files of retired keys at the next rotation', async () => {
    const first = await keeper.generate();
    await keeper.rotate({ activateAfter: 0 });
    clock.advance(2 * DAY);
    await keeper.rotate({ activateAfter: MINUTE });
    expect(readdirSync(folder)).not.toContain(`${first.kid}.json`); // it has gone when the rotation has been made
    expect((await keeper.list()).keys.map(({ kid }) => kid)).not.toContain(first.kid);
    expect(await states()).toEqual(['signing', 'published']);
  });

  test('that cannot be written says so', async () => {
    symlinkSync(join(folder, '../nowhere/keys'), folder); // holds for root, too
    await expect(keeper.generate()).rejects.toThrow(
      /^JWT_KEYS_DIR: .* cannot be written: .*; expected a folder that this user can write\.$/,
    );
  });

  test('has to have a first key before it rotates', async () => {
    await expect(keeper.rotate({ activateAfter: 0 })).rejects.toThrow(/`keys generate`/);
    await expect(keeper.replaceAll()).rejects.toThrow(/`keys generate`/);
  });
});
