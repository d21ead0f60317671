import { StoreUnavailable } from '../contracts/errors.ts';
import { SettingsError } from '../contracts/settings/settings.ts';
import type { Store } from '../contracts/store/store.ts';
import type { OnStoreFault } from '../contracts/store/store-fault.ts';
import type { StoreKeeper } from '../contracts/store/store-keeper.ts';
import { mongoDriver } from './mongo/mongo-driver.ts';
import { sqliteDriver } from './sqlite/sqlite-driver.ts';
import type { Place, StoreDriver } from './store-driver.ts';

/** Every kind of store there is; the first that the settings mean is taken. */
const DRIVERS: readonly StoreDriver[] = [mongoDriver, sqliteDriver];

/** The kind of store that the settings mean. */
export function driverOf(place: Place): StoreDriver {
  return DRIVERS.find((driver) => driver.isMeantBy(place)) ?? sqliteDriver;
}

/**
 * Opens the store that the settings mean. `onFault` is told what is found to be wrong with it while it is open.
 *
 * @throws SettingsError naming the setting, if the store cannot be opened
 */
export function openStore(place: Place, onFault?: OnStoreFault): Promise<Store> {
  const driver = driverOf(place);
  return driver.open(place, onFault).catch(refuse(driver, place));
}

/** The keeper of the store that the settings mean. Its `version` throws as `openStore` does. */
export async function openKeeper(place: Place): Promise<StoreKeeper> {
  const driver = driverOf(place);
  const keeper = await driver.keeper(place);
  return { ...keeper, version: () => keeper.version().catch(refuse(driver, place)) };
}

const refuse =
  ({ explain }: StoreDriver, place: Place) =>
  (error: unknown): never => {
    if (!(error instanceof StoreUnavailable && error.cause instanceof Error)) throw error;
    throw new SettingsError([explain(error.cause, place)], { cause: error.cause });
  };
