import mongoose, { type Connection, type ConnectOptions } from 'mongoose';
import { translated } from './errors.ts';

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
 * Connects to MongoDB, and changes nothing in it. Without a database in the URI it uses `simplejwt`.
 *
 * @throws StoreUnavailable
 */
export function connect(uri: string): Promise<Connection> {
  const options = NAMES_DATABASE.test(uri) ? OPTIONS : { ...OPTIONS, dbName: DEFAULT_DATABASE };
  return translated(() => mongoose.createConnection(uri, options).asPromise());
}
