import { afterEach, expect, test } from '@jest/globals';
import { newEntry, newSession } from '../../stores/records.ts';
import { startTestLibrary, type TestLibrary } from '../../support/library.ts';
import { describeEachStore } from '../../support/stores.ts';

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
