import type { Store } from '../../contracts/store/store.ts';
import type { OnProgress } from '../store-driver.ts';
import { mongoAccountEvents } from './account-events.ts';
import { mongoActivity } from './activity.ts';
import { mongoAttempts } from './attempts.ts';
import { mongoBlacklist } from './blacklist.ts';
import { connect, connectPatiently } from './connect.ts';
import { translated, translatedPatiently } from './errors.ts';
import { makeIndexes } from './indexes.ts';
import { mongoLinks } from './links.ts';
import type { Migration } from './migrations.ts';
import { defineModels } from './models.ts';
import { mongoOutbox } from './outbox.ts';
import { mongoProofs } from './proofs.ts';
import { bringUpToDate } from './schema.ts';
import { mongoSecondFactors } from './second-factors.ts';
import { mongoServices } from './services.ts';
import { mongoSessions } from './sessions.ts';
import { mongoUsers } from './users.ts';

const PROGRESS_MS = 10_000;

/** How a database is opened. */
export interface MongoOptions {
  readonly migrations?: readonly Migration[];
  /** Is told every ten seconds that the database is still being prepared. */
  readonly onProgress?: OnProgress | undefined;
}

/**
 * Connects to MongoDB, brings it up to date and makes its indexes, TTL ones included. Every step the product takes changes one document, so
 * a standalone server, a replica set and a sharded cluster do alike. Without a database in the URI it uses `simplejwt`.
 *
 * @throws StoreUnavailable
 */
export async function openMongoStore(uri: string, options: MongoOptions = {}): Promise<Store> {
  await prepare(uri, options);
  const connection = await connect(uri);
  const models = defineModels(connection);
  const users = mongoUsers(models.users);
  return {
    users,
    sessions: mongoSessions(models.sessions, users),
    blacklist: mongoBlacklist(models.blacklist),
    attempts: mongoAttempts(models.attempts),
    services: mongoServices(models.services),
    activity: mongoActivity(models.activity),
    secondFactors: mongoSecondFactors(models.secondFactors),
    links: mongoLinks(models.links),
    outbox: mongoOutbox(models.outbox),
    accountEvents: mongoAccountEvents(models.accountEvents),
    proofs: mongoProofs(models.proofs),
    ping: async () => {
      await translated(async () => connection.db?.admin().ping());
    },
    now: async () => {
      const answer = await translated(async () => connection.db?.command({ hello: 1 }));
      return answer?.['localTime'] instanceof Date ? answer['localTime'] : null;
    },
    close: async () => {
      await connection.close();
    },
  };
}

/** Migrations and builds of indexes, which may take long. The connection is one of their own, for it may be silent. */
async function prepare(uri: string, { migrations, onProgress = () => {} }: MongoOptions): Promise<void> {
  const connection = await connectPatiently(uri);
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 1000);
  const telling = setInterval(
    () => onProgress(`MongoDB is being prepared: migrations and indexes, for ${seconds()} s so far`),
    PROGRESS_MS,
  );
  try {
    await translatedPatiently(async () => {
      await bringUpToDate(connection, { ...(migrations && { migrations }) });
      await makeIndexes(connection);
    });
  } finally {
    clearInterval(telling);
    await connection.close();
  }
}
