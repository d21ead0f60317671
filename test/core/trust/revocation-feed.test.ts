import { afterEach, expect, test } from '@jest/globals';
import { newEntry, newSession } from '../../stores/records.ts';
import { startTestLibrary, type TestLibrary } from '../../support/library.ts';
import { describeEachStore } from '../../support/stores.ts';

describeEachStore('the feed of revocations of a server with leeway', (kind) => {
  let library: TestLibrary;
  afterEach(() => library.remove());
  const at = (seconds: number) => new Date(library.clock.read() + seconds * 1000);

  test('goes back so much further, to the very moment', async () => {
    library = await startTestLibrary(kind, { leeway: 30 });
    const { sessions, blacklist } = library.seam.store;
    // Five minutes that a token lives, half a minute of leeway, and a minute that clocks may differ.
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
