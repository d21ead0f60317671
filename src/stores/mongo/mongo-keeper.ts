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
      return translated(() => versionsOf(connection)).finally(() => connection.close());
    },
    backup: refuse('backup', 'mongodump'),
    restore: refuse('restore', 'mongorestore'),
  };
}
