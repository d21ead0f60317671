import type { LinkRecord, LinkStore } from '../../contracts/store/store.ts';
import { translated } from './errors.ts';
import { removeExpired } from './expired.ts';
import type { LinkDocument, MailModels } from './mail-models.ts';

export function mongoLinks(links: MailModels['links']): LinkStore {
  return {
    insert: async ({ name, ...link }) => {
      await translated(() => links.insertOne({ _id: name, ...link }));
    },
    find: async (name) => {
      const document = await translated(() => links.findOne({ _id: name }).lean());
      return document && toLink(document);
    },
    take: async (name) => (await translated(() => links.deleteOne({ _id: name }))).deletedCount === 1,
    deleteOfUser: async (userId) => (await translated(() => links.deleteMany({ userId }))).deletedCount,
    deleteExpired: (at) => removeExpired(links, at),
  };
}

const toLink = ({ _id: name, ...link }: LinkDocument): LinkRecord => ({ name, ...link });
