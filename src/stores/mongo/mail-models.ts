import { Schema, type Connection } from 'mongoose';
import type { AccountEventRecord, LinkRecord, MailRecord } from '../../contracts/store/store.ts';
import { nullable, options, required, TTL_SLACK_SECONDS } from './schema-options.ts';

export type LinkDocument = Omit<LinkRecord, 'name'> & { readonly _id: string };
/** `facts` is JSON: names of fields are none of MongoDB's. */
export type MailDocument = Omit<MailRecord, 'id' | 'facts'> & { readonly _id: string; readonly facts: string };
export type AccountEventDocument = Omit<AccountEventRecord, 'id'> & { readonly _id: string };

const EXPIRY = { expireAfterSeconds: TTL_SLACK_SECONDS } as const;

function linkSchema(): Schema<LinkDocument> {
  const schema = new Schema<LinkDocument>(
    {
      _id: String,
      purpose: { type: String, ...required },
      userId: { type: String, ...required },
      email: { type: String, ...required },
      bond: { type: String, ...required },
      expiresAt: { type: Date, ...required },
    },
    { ...options, collection: 'links' },
  );
  schema.index({ userId: 1 }, { name: 'links_of_user' });
  schema.index({ expiresAt: 1 }, { name: 'expired_links', ...EXPIRY });
  return schema;
}

function mailSchema(): Schema<MailDocument> {
  const schema = new Schema<MailDocument>(
    {
      _id: String,
      kind: { type: String, ...required },
      userId: { type: String, ...nullable },
      to: { type: String, ...nullable },
      language: { type: String, ...nullable },
      facts: { type: String, ...required },
      attempts: { type: Number, ...required },
      createdAt: { type: Date, ...required },
      nextAt: { type: Date, ...required },
      expiresAt: { type: Date, ...required },
    },
    { ...options, collection: 'outbox' },
  );
  schema.index({ nextAt: 1, _id: 1 }, { name: 'mails_by_time' });
  schema.index({ userId: 1 }, { name: 'mails_of_user' });
  schema.index({ expiresAt: 1 }, { name: 'expired_mails', ...EXPIRY });
  return schema;
}

function accountEventSchema(): Schema<AccountEventDocument> {
  const schema = new Schema<AccountEventDocument>(
    {
      _id: String,
      userId: { type: String, ...required },
      event: { type: String, ...required },
      at: { type: Date, ...required },
      userAgent: { type: String, ...nullable },
      ipAddress: { type: String, ...nullable },
      actorId: String,
      expiresAt: { type: Date, ...required },
    },
    { ...options, collection: 'account_events' },
  );
  schema.index({ userId: 1, at: -1, _id: -1 }, { name: 'events_of_user' });
  schema.index({ expiresAt: 1 }, { name: 'expired_account_events', ...EXPIRY });
  schema.index({ expiresAt: -1, _id: -1 }, { name: 'latest_account_events' });
  return schema;
}

export const MAIL_SCHEMAS = { links: linkSchema(), outbox: mailSchema(), accountEvents: accountEventSchema() };

/** The collections of links, mails and what happened to accounts. */
export const mailModels = (connection: Connection) => ({
  links: connection.model('Link', MAIL_SCHEMAS.links),
  outbox: connection.model('Mail', MAIL_SCHEMAS.outbox),
  accountEvents: connection.model('AccountEvent', MAIL_SCHEMAS.accountEvents),
});

export type MailModels = ReturnType<typeof mailModels>;
