import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import type { Store } from '../../src/contracts/store/store.ts';
import { removeExpired } from '../../src/core/expiry.ts';
import { newActivity, newAttempts, newEntry, newId, newSession, openAt } from '../stores/records.ts';
import { describeEachStore, newPlace, type Place } from '../support/stores.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MARGIN = 600_000;
const SETTINGS = { leeway: 0 };

/** By the machine, which is the clock of the stand-in for MongoDB, too. */
const NOW = Date.now();
const at = (milliseconds: number) => new Date(NOW + milliseconds);

describeEachStore('the removal of what has expired, by a clock that may be wrong', (kind) => {
  let place: Place;
  let store: Store;
  beforeEach(async () => {
    place = newPlace(kind);
    store = await openAt(place);
  });
  afterEach(async () => {
    await store.close();
    await place.remove();
  });

  /** Somebody did something in these hours, given in milliseconds from now. */
  const used = async (...moments: readonly number[]) => {
    for (const moment of moments) {
      const hour = at(moment - ((NOW + moment) % HOUR));
      await store.activity.add(newActivity({ hour, expiresAt: at(30 * DAY) }));
    }
  };
  /** A session, an entry of the blacklist and a count of attempts that end then. */
  const ending = async (moment: number) => {
    const [id, expiresAt] = [newId(), at(moment)];
    await store.sessions.insert(newSession({ id, expiresAt }));
    await store.blacklist.add(newEntry({ jti: id, expiresAt }));
    await store.attempts.replace(null, newAttempts({ name: id, expiresAt }));
    return async () => {
      const found = [await store.sessions.find(id), await store.blacklist.find(id), await store.attempts.find(id)];
      expect(new Set(found.map((record) => record === null)).size).toBe(1);
      return found[0] !== null;
    };
  };
  /** As the store is where it has a clock, or has none, whatever server it is. */
  const removeAt = (moment: number, hasClock = false) =>
    removeExpired({ ...store, now: async () => (hasClock ? at(0) : null) }, SETTINGS, () => NOW + moment);

  describe.each([true, false])('where the store has one: %p', (hasClock) => {
    test.each([-400 * DAY, -2 * DAY, -HOUR, 2 * HOUR, DAY, 2 * DAY, 29 * DAY, 400 * DAY])(
      'S39: a clock that is %d ms off removes nothing that is alive, in a store that is in use',
      async (lead) => {
        await used(-3 * HOUR, -HOUR, 0);
        const [live, soon] = [await ending(15 * DAY), await ending(HOUR)];
        const { notice } = await removeAt(lead, hasClock);
        expect([await live(), await soon()]).toEqual([true, true]);
        const isFarAhead = lead > DAY + HOUR;
        expect([isFarAhead, notice?.includes(at(lead).toISOString())]).not.toEqual([true, false]);
        expect([isFarAhead, notice]).not.toEqual([true, undefined]);
      },
    );

    test('what has expired is kept for a margin, then removed', async () => {
      const margin = hasClock ? MARGIN : DAY;
      await used(-3 * DAY, -2 * DAY, -DAY, 0);
      const [kept, gone] = [await ending(HOUR / 2 - margin), await ending(-margin - HOUR / 2)];
      expect(await removeAt(0, hasClock)).toEqual({ sessions: 1, blacklist: 1 });
      expect([await kept(), await gone()]).toEqual([true, false]);
    });
  });

  test('the clock of the store decides, and a notice says that the own one is off', async () => {
    const gone = await ending(-HOUR);
    const { notice, ...removed } = await removeAt(-2 * DAY, true);
    expect(removed).toEqual({ sessions: 1, blacklist: 1 });
    expect(notice).toContain('the clock of the store');
    expect(await gone()).toBe(false);
  });

  test('S39: a server whose clock was set on removes nothing, though it is used by that clock now', async () => {
    await used(-2 * HOUR, -HOUR, 3 * DAY, 3 * DAY + HOUR);
    const live = await ending(2 * DAY);
    const { notice, ...removed } = await removeAt(3 * DAY + HOUR + 1);
    expect(removed).toEqual({ sessions: 0, blacklist: 0 });
    expect(notice).toMatch(/^Nothing was removed: the clock says .* last use of this store before is of /);
    expect(await live()).toBe(true);
  });

  test('after a day of use the clock is believed, for a store may have rested', async () => {
    await used(-9 * DAY, -DAY - HOUR, -HOUR * 20, -HOUR * 10, 0);
    const gone = await ending(-5 * DAY);
    expect(await removeAt(0)).toEqual({ sessions: 1, blacklist: 1 });
    expect(await gone()).toBe(false);
  });

  test('a store that rests removes nothing, and says when it was used last', async () => {
    await used(-3 * DAY);
    const kept = await ending(-2 * DAY);
    const { notice } = await removeAt(0);
    expect(notice).toContain(
      at(-3 * DAY)
        .toISOString()
        .slice(0, 13),
    );
    expect(await kept()).toBe(true);
  });

  test('proofs that were used are removed ten minutes after their end, by a clock that cannot be trusted, too', async () => {
    const moments = [-MARGIN - 1, -MARGIN + 60_000, 60_000];
    for (const moment of moments) await store.proofs.add(`proof ${moment}`, at(moment));
    for (const hasClock of [false, true]) {
      await removeAt(hasClock ? 5 * DAY : 0, hasClock);
      const added = [];
      for (const moment of moments) added.push(await store.proofs.add(`proof ${moment}`, at(moment)));
      expect(added).toEqual([true, false, false]);
    }
  });

  test('of a store that was never used nothing is said', async () => {
    expect(await removeAt(0)).toEqual({ sessions: 0, blacklist: 0 });
  });
});
