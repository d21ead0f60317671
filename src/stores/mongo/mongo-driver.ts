import { loadModule } from '../load-module.ts';
import type { Place, StoreDriver } from '../store-driver.ts';

const PACKAGE = { setting: 'MONGODB_URI', needs: 'mongoose' };

/** @throws SettingsError */
export const loadMongo = () => loadModule(import('./mongo-store.ts'), PACKAGE);

/** MongoDB, where `MONGODB_URI` is set. */
export const mongoDriver: StoreDriver = {
  name: 'mongodb',
  isShared: true,
  isMeantBy: ({ mongodbUri }) => mongodbUri !== undefined,
  open: async (place, { onProgress } = {}) => (await loadMongo()).openMongoStore(uriOf(place), { onProgress }),
  keeper: async (place) => (await loadModule(import('./mongo-keeper.ts'), PACKAGE)).mongoKeeper(uriOf(place)),
  explain: (cause) => `MONGODB_URI: the MongoDB it names cannot be used: ${problemOf(cause)}`,
};

function uriOf({ mongodbUri }: Place): string {
  if (mongodbUri === undefined) throw new Error('no URI is set, and so no MongoDB is meant');
  return mongodbUri;
}

/** What a server, the network or the schema says is told; what is wrong with the URI is not, for it may quote the password. */
const problemOf = ({ name, message }: Error): string => {
  if (/^Mongo(ose)?(ServerSelection|Network)/.test(name)) return `${message}; expected a MongoDB that answers there.`;
  if (/^(Mongo(ose)?Server|NewerSchema|ForeignSchema)/.test(name)) return message;
  return 'expected mongodb://[user:password@]host[:port]/database';
};
