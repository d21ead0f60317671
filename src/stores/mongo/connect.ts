import mongoose, { type Connection, type ConnectOptions } from 'mongoose';
import { translated } from './errors.ts';

const NAMES_DATABASE = /^mongodb(\+srv)?:\/\/[^/]+\/[^?]/;
const DEFAULT_DATABASE = 'simplejwt';

const OPTIONS: ConnectOptions = {
  // Acknowledged writes survive a failover: an election must not undo a rotation.
  writeConcern: { w: 'majority', journal: true },
  retryWrites: true,
  // Fail within seconds; the driver's default is a minute, in which a sign-in would hang.
  serverSelectionTimeoutMS: 2000,
  connectTimeoutMS: 1000,
  socketTimeoutMS: 5000,
  waitQueueTimeoutMS: 2000,
  // A dead connection that was not closed is found by the next heartbeat, which may take `connectTimeoutMS` longer.
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
