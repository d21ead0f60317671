import { join } from 'node:path';
import { StoreUnavailable } from '../contracts/errors.ts';
import { SettingsError } from '../contracts/settings/settings.ts';
import type { Settings } from '../contracts/settings/settings-table.ts';
import type { Store } from '../contracts/store/store.ts';
import type { StoreKeeper } from '../contracts/store/store-keeper.ts';

type Place = Pick<Settings, 'mongodbUri' | 'dataDir'>;

/** The file of the embedded store in `DATA_DIR`. */
const SQLITE_FILE = 'simplejwt.sqlite';

/**
 * Opens the store that the settings name: MongoDB if there is a URI, otherwise one SQLite file. Only the adapter that
 * is used is loaded.
 *
 * @throws SettingsError naming the setting, if the store cannot be opened
 */
export async function openStore({ mongodbUri, dataDir }: Place): Promise<Store> {
  if (mongodbUri !== undefined) {
    const { openMongoStore } = await import('./mongo/mongo-store.ts');
    return openMongoStore(mongodbUri).catch(refuseMongo);
  }
  const { openSqliteStore } = await import('./sqlite/sqlite-store.ts');
  const file = join(dataDir, SQLITE_FILE);
  return openSqliteStore(file).catch(refuseFile(file));
}

/** Whoever looks after the store that the settings name. Their `version` throws as `openStore` does. */
export async function openKeeper({ mongodbUri, dataDir }: Place): Promise<StoreKeeper> {
  if (mongodbUri !== undefined) {
    const { mongoKeeper } = await import('./mongo/mongo-keeper.ts');
    const keeper = mongoKeeper(mongodbUri);
    return { ...keeper, version: () => keeper.version().catch(refuseMongo) };
  }
  const { sqliteKeeper } = await import('./sqlite/sqlite-keeper.ts');
  const file = join(dataDir, SQLITE_FILE);
  const keeper = sqliteKeeper(file);
  return { ...keeper, version: () => keeper.version().catch(refuseFile(file)) };
}

type Explain = (cause: Error) => string;

const refuse =
  (problem: string, explain: Explain = messageOf) =>
  (error: unknown) => {
    if (!(error instanceof StoreUnavailable && error.cause instanceof Error)) throw error;
    throw new SettingsError([`${problem}: ${explain(error.cause)}`], { cause: error.cause });
  };

const messageOf: Explain = ({ message }) => message;

/** What a server, the network or the schema says is told; what is wrong with the URI is not, for it may quote the password. */
const explainMongo: Explain = ({ name, message }) =>
  /^(Mongo(ose)?(Server|Network)|NewerSchema|ForeignSchema)/.test(name)
    ? message
    : 'expected mongodb://[user:password@]host[:port]/database';

const refuseMongo = refuse('MONGODB_URI: the MongoDB it names cannot be used', explainMongo);
const refuseFile = (file: string) => refuse(`DATA_DIR: the store ${file} cannot be used`);
