import mongoose, { type ConnectOptions } from 'mongoose';
import type { Store } from '../store.ts';
import { mongoAttempts } from './attempts.ts';
import { mongoBlacklist } from './blacklist.ts';
import { translated } from './errors.ts';
import { defineModels } from './models.ts';
import { mongoServices } from './services.ts';
import { mongoSessions } from './sessions.ts';
import { mongoUsers } from './users.ts';

const NAMES_DATABASE = /^mongodb(\+srv)?:\/\/[^/]+\/[^?]/;
const DEFAULT_DATABASE = 'simplejwt';

const OPTIONS: ConnectOptions = {
  // What was answered survives the loss of a server; a rotation must not be undone by an election.
  writeConcern: { w: 'majority', journal: true },
  retryWrites: true,
  // Fail in seconds, not after the driver's minute: a refusal can be retried, a hanging sign-in cannot.
  serverSelectionTimeoutMS: 2000,
  connectTimeoutMS: 1000,
  socketTimeoutMS: 5000,
  waitQueueTimeoutMS: 2000,
  // A line that is dead without having been cut is found by the next heartbeat, which may take `connectTimeoutMS` longer.
  heartbeatFrequencyMS: 2000,
  bufferCommands: false,
  autoIndex: false,
  autoCreate: false,
  // An operator object where a value is due is compared as a value; our own operators are marked as trusted.
  sanitizeFilter: true,
};

/**
 * Connects to MongoDB and makes its indexes, TTL ones included. Every step the product takes changes one document, so
 * a standalone server, a replica set and a sharded cluster do alike. Without a database in the URI it uses `simplejwt`.
 *
 * @throws StoreUnavailable
 */
export async function openMongoStore(uri: string): Promise<Store> {
  const options = NAMES_DATABASE.test(uri) ? OPTIONS : { ...OPTIONS, dbName: DEFAULT_DATABASE };
  const connection = await translated(() => mongoose.createConnection(uri, options).asPromise());
  const models = defineModels(connection);
  try {
    await translated(() => Promise.all(Object.values(models).map((model) => model.createIndexes())));
  } catch (error) {
    await connection.close();
    throw error;
  }
  return {
    users: mongoUsers(models.users),
    sessions: mongoSessions(models.sessions),
    blacklist: mongoBlacklist(models.blacklist),
    attempts: mongoAttempts(models.attempts),
    services: mongoServices(models.services),
    ping: async () => {
      await translated(async () => connection.db?.admin().ping());
    },
    close: async () => {
      await connection.close();
    },
  };
}
