import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import type { SettingsInput } from '../../../src/contracts/settings/settings-table.ts';
import { newEntry, newSession } from '../../stores/records.ts';
import { startTestLibrary, type TestLibrary } from '../../support/library.ts';
import { keeperOf } from '../../support/ring.ts';
import { describeEachStore } from '../../support/stores.ts';

describe('the keys that the feed names', () => {
  const folder = mkdtempSync(join(tmpdir(), 'simplejwt-ring-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pair = {
    algorithm: 'ES256',
    signingKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  } as const;
  const keysOf = async (options: SettingsInput) => {
    const library = await startTestLibrary('sqlite', options);
    const { keys } = await library.auth.revocations.page();
    const published = library.auth.publicKeys().keys.map(({ kid }) => kid);
    await library.remove();
    return { keys, published };
  };

  test('are those of a ring that are accepted, of HS algorithms too', async () => {
    const keeper = keeperOf(folder);
    const former = await keeper.generate('HS256');
    const latest = await keeper.rotate({ algorithm: 'ES256', activateAfter: 60 });
    expect((await keysOf({ keysDir: folder })).keys).toEqual([former.kid, latest.kid]);
  });

  test('are the published one of a key pair', async () => {
    const { keys, published } = await keysOf(pair);
    expect(keys).toEqual([expect.stringMatching(/^[\w-]{43}$/)]);
    expect(keys).toEqual(published);
  });

  test('are left out where tokens name none, and where they name keys of others', async () => {
    expect((await keysOf({})).keys).toBeUndefined();
    expect((await keysOf({ ...pair, jwkUrl: 'http://127.0.0.1:9/jwks.json' })).keys).toBeUndefined();
  });
});

describeEachStore('the feed of revocations of a server with leeway', (kind) => {
  let library: TestLibrary;
  afterEach(() => library.remove());
  const at = (seconds: number) => new Date(library.clock.read() + seconds * 1000);

  test.each([
    { accessTokenLifetime: 300, slidingTokenLifetime: 100 },
    { accessTokenLifetime: 100, slidingTokenLifetime: 300 },
  ])('goes back as far as a token may live, and the leeway further, to the very moment: %j', async (lifetimes) => {
    library = await startTestLibrary(kind, { leeway: 30, ...lifetimes });
    const { sessions, blacklist } = library.seam.store;
    // Beside these, clocks may differ by a minute.
    const moments = [-391, -390, -389].map(at);
    const records = moments.map((revokedAt) =>
      newSession({ revokedAt, revokedReason: 'revoked', expiresAt: at(86_400), endsAt: at(86_400) }),
    );
    const entries = moments.map((blacklistedAt) => newEntry({ blacklistedAt, expiresAt: at(86_400) }));
    for (const record of records) await sessions.insert(record);
    for (const entry of entries) await blacklist.add(entry);
    const page = await library.auth.revocations.page();
    expect(page.sessions.map(({ sid }) => sid)).toEqual(records.slice(1).map(({ id }) => id));
    expect(page.tokens.map(({ jti }) => jti)).toEqual(entries.slice(1).map(({ jti }) => jti));
  });

  test('has what was revoked remembered for as long as the leeway lets it in', async () => {
    library = await startTestLibrary(kind, { leeway: 30 });
    const session = newSession({ revokedAt: at(-1), revokedReason: 'revoked', expiresAt: at(60), endsAt: at(60) });
    await library.seam.store.sessions.insert(session);
    const page = await library.auth.revocations.page();
    expect(page.sessions).toEqual([{ sid: session.id, exp: Math.ceil(at(90).getTime() / 1000) }]);
  });
});
