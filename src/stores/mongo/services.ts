import type { ServiceStore } from '../../contracts/store/store.ts';
import { readById } from './by-id.ts';
import { inserted, translated } from './errors.ts';
import type { Models, ServiceDocument } from './models.ts';

export function mongoServices(services: Models['services']): ServiceStore {
  const read = readById<ServiceDocument>(services);
  return {
    insert: ({ name, ...service }) => inserted(() => services.insertOne({ _id: name, ...service })),
    find: async (name) => {
      const document = await read(name);
      return document && toService(document);
    },
    list: async () => (await translated(() => services.find().sort({ _id: 1 }).lean())).map(toService),
    delete: async (name) => (await translated(() => services.deleteOne({ _id: name }))).deletedCount === 1,
  };
}

const toService = ({ _id: name, secretHash, createdAt, audience, scopes }: ServiceDocument) => ({
  name,
  secretHash,
  createdAt,
  audience: audience ?? null,
  scopes: scopes ?? null,
});
