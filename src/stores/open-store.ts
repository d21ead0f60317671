import { StoreUnavailable } from '../contracts/errors.ts';
import { SettingsError } from '../contracts/settings/settings.ts';
import type { SchemaVersions } from '../contracts/store/schema-version.ts';
import type { Store } from '../contracts/store/store.ts';
import type { StoreKeeper } from '../contracts/store/store-keeper.ts';
import { mongoDriver } from './mongo/mongo-driver.ts';
import { sqliteDriver } from './sqlite/sqlite-driver.ts';
import type { OnProgress, Place, StoreDriver, StoreListeners } from './store-driver.ts';

/** Every kind of store there is; the first that the settings mean is taken. */
const DRIVERS: readonly StoreDriver[] = [mongoDriver, sqliteDriver];

/** The kind of store that the settings mean. */
export function driverOf(place: Place): StoreDriver {
  return DRIVERS.find((driver) => driver.isMeantBy(place)) ?? sqliteDriver;
}

/**
 * Opens the store that the settings mean. The listeners are told how far that is, and what is wrong with it while it is open.
 *
 * @throws SettingsError naming the setting, if the store cannot be opened
 */
export function openStore(place: Place, listeners?: StoreListeners): Promise<Store> {
  const driver = driverOf(place);
  return driver.open(place, listeners).catch(refuse(driver, place));
}

/** What a keeper does with a store of either kind: bring it up to date, as the first server of a new version would. */
export interface Keeper extends StoreKeeper {
  /** @throws SettingsError */
  migrate(onProgress: OnProgress): Promise<SchemaVersions>;
}

/** The keeper of the store that the settings mean. Its `version` throws as `openStore` does. */
export async function openKeeper(place: Place): Promise<Keeper> {
  const driver = driverOf(place);
  const keeper = await driver.keeper(place);
  const version = () => keeper.version().catch(refuse(driver, place));
  const migrate = async (onProgress: OnProgress) => {
    const store = await openStore(place, { onProgress });
    await store.close();
    return version();
  };
  return { ...keeper, version, migrate };
}

const refuse =
  ({ explain }: StoreDriver, place: Place) =>
  (error: unknown): never => {
    if (!(error instanceof StoreUnavailable && error.cause instanceof Error)) throw error;
    throw new SettingsError([explain(error.cause, place)], { cause: error.cause });
  };
