import { StoreRefusal, type StoreKeeper } from '../../contracts/store/store-keeper.ts';
import { connect } from './connect.ts';
import { translated } from './errors.ts';
import { versionsOf } from './schema.ts';

const refuse = (command: string, tool: string) => async (): Promise<never> => {
  throw new StoreRefusal(
    `\`store ${command}\` works on the embedded store, and MONGODB_URI is set. Use ${tool}: see docs/operating.md.`,
  );
};

/** Looks after a MongoDB, whose own tools write and restore backups. */
export function mongoKeeper(uri: string): StoreKeeper {
  return {
    version: async () => {
      const connection = await connect(uri);
      try {
        return await translated(() => versionsOf(connection));
      } finally {
        await connection.close();
      }
    },
    backup: refuse('backup', 'mongodump'),
    restore: refuse('restore', 'mongorestore'),
  };
}
