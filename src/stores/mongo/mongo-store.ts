import type { Store } from '../../contracts/store/store.ts';
import { mongoActivity } from './activity.ts';
import { mongoAttempts } from './attempts.ts';
import { mongoBlacklist } from './blacklist.ts';
import { connect } from './connect.ts';
import { translated } from './errors.ts';
import type { Migration } from './migrations.ts';
import { defineModels } from './models.ts';
import { bringUpToDate } from './schema.ts';
import { mongoServices } from './services.ts';
import { mongoSessions } from './sessions.ts';
import { mongoUsers } from './users.ts';

/**
 * Connects to MongoDB, brings it up to date and makes its indexes, TTL ones included. Every step the product takes changes one document, so
 * a standalone server, a replica set and a sharded cluster do alike. Without a database in the URI it uses `simplejwt`.
 *
 * @throws StoreUnavailable
 */
export async function openMongoStore(uri: string, migrations?: readonly Migration[]): Promise<Store> {
  const connection = await connect(uri);
  const models = defineModels(connection);
  try {
    await translated(() => bringUpToDate(connection, { ...(migrations && { migrations }) }));
    await translated(() => Promise.all(Object.values(models).map((model) => model.createIndexes())));
  } catch (error) {
    await connection.close();
    throw error;
  }
  const users = mongoUsers(models.users);
  return {
    users,
    sessions: mongoSessions(models.sessions, users),
    blacklist: mongoBlacklist(models.blacklist),
    attempts: mongoAttempts(models.attempts),
    services: mongoServices(models.services),
    activity: mongoActivity(models.activity),
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
