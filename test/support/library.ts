import type { Hooks, User } from '../../src/contracts/hooks.ts';
import { settingsFromOptions } from '../../src/contracts/settings/settings.ts';
import type { SettingsInput } from '../../src/contracts/settings/settings-table.ts';
import { createAuth, type Auth } from '../../src/graphql/auth.ts';
import { openStore } from '../../src/stores/open-store.ts';
import { Seam } from './seam.ts';
import { flushedToTheSecond, PASSWORD, TEST_KEY, TestClock } from './server.ts';
import { newPlace, type StoreKind } from './stores.ts';

/** The library on a fresh store with the user alice, and a seam between them. */
export interface TestLibrary {
  readonly auth: Auth;
  readonly seam: Seam;
  readonly clock: TestClock;
  readonly alice: User;
  remove(): Promise<void>;
}

/** Settings and hooks are given as the library takes them. */
export async function startTestLibrary(kind: StoreKind, options: SettingsInput & Hooks = {}): Promise<TestLibrary> {
  const place = newPlace(kind);
  const clock = new TestClock();
  const seam = new Seam(flushedToTheSecond(await openStore(settingsFromOptions(place.options)), clock));
  const settings = { signingKey: TEST_KEY, passwordHashCost: 4, ...place.options, ...options };
  const auth = await createAuth({ ...settings, store: seam.store, clock: clock.read });
  const alice = await auth.users.create({ username: 'alice', password: PASSWORD });
  const remove = async () => {
    await auth.close();
    await place.remove();
  };
  return { auth, seam, clock, alice, remove };
}
