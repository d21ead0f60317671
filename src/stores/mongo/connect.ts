import mongoose, { type Connection, type ConnectOptions } from 'mongoose';
import { DEADLINE_MS, translated } from './errors.ts';

const NAMES_DATABASE = /^mongodb(\+srv)?:\/\/[^/]+\/[^?]/;
const DEFAULT_DATABASE = 'simplejwt';

const OPTIONS: ConnectOptions = {
  // Acknowledged writes survive a failover: an election must not undo a rotation.
  writeConcern: { w: 'majority', journal: true },
  retryWrites: true,
  // Fail within seconds; the driver's default is a minute, in which a sign-in would hang.
  serverSelectionTimeoutMS: 2000,
  connectTimeoutMS: 1000,
  socketTimeoutMS: DEADLINE_MS,
  waitQueueTimeoutMS: 2000,
  // A dead connection that was not closed is found by the next heartbeat, which may take `connectTimeoutMS` longer.
  heartbeatFrequencyMS: 2000,
  bufferCommands: false,
  // Indexes are made once at start, and awaited there.
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
  return translated(() => connectWith(uri, OPTIONS));
}

/**
 * Connects for work that takes as long as it takes: an index of many documents is built for minutes, in which the server is silent.
 *
 * @throws StoreUnavailable
 */
export function connectPatiently(uri: string): Promise<Connection> {
  return translated(() => connectWith(uri, { ...OPTIONS, socketTimeoutMS: 0 }));
}

function connectWith(uri: string, options: ConnectOptions): Promise<Connection> {
  const database = NAMES_DATABASE.test(uri) ? {} : { dbName: DEFAULT_DATABASE };
  return mongoose.createConnection(uri, { ...options, ...database }).asPromise();
}
