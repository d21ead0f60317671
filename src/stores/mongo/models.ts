import { Schema, type Connection } from 'mongoose';
import type { Client } from '../../contracts/client.ts';
import type {
  ActivityRecord,
  AttemptRecord,
  Authentication,
  BlacklistEntry,
  ReplayRecord,
  ReplayReport,
  SecondFactorRecord,
  ServiceRecord,
  SessionRecord,
  TotpRecord,
  UserRecord,
} from '../../contracts/store/store.ts';
import { MAIL_SCHEMAS, mailModels } from './mail-models.ts';
import { nullable, options, required, TTL_SLACK_SECONDS } from './schema-options.ts';

/** A record as MongoDB keeps it: its name is `_id`. */
/** Documents of before there were admins have no `isAdmin`. */
export type UserDocument = Omit<UserRecord, 'id' | 'isAdmin' | 'formerHashClaim'> & {
  readonly _id: string;
  readonly isAdmin?: boolean;
  readonly formerHashClaim?: string | null;
};
/** Documents of before replays were noted have neither `rotatedBy` nor `replay`. */
export type SessionDocument = Omit<SessionRecord, 'id' | 'rotatedBy' | 'replay'> &
  Partial<Pick<SessionRecord, 'rotatedBy' | 'replay'>> & { readonly _id: string };
export type BlacklistDocument = Omit<BlacklistEntry, 'jti'> & { readonly _id: string };
type AttemptDocument = Omit<AttemptRecord, 'name'> & { readonly _id: string };
type ProofDocument = Pick<BlacklistEntry, 'expiresAt'> & { readonly _id: string };
export type ActivityDocument = Omit<ActivityRecord, 'hour'> & { readonly _id: Date };
type SecondFactorDocument = Omit<SecondFactorRecord, 'userId'> & { readonly _id: string };
/** Documents of before there were audiences and scopes have neither. */
export type ServiceDocument = Pick<ServiceRecord, 'secretHash' | 'createdAt'> & { readonly _id: string } & Partial<
    Pick<ServiceRecord, 'audience' | 'scopes'>
  >;

/** Of a document within a document. */
const part = { ...options, _id: false } as const;

function userSchema(): Schema<UserDocument> {
  const schema = new Schema<UserDocument>(
    {
      _id: String,
      username: { type: String, ...required },
      usernameKey: { type: String, ...required },
      passwordHash: { type: String, ...required },
      passwordChangedAt: { type: Date, ...required },
      isActive: { type: Boolean, ...required },
      isAdmin: { type: Boolean },
      lastLogin: { type: Date, ...nullable },
      createdAt: { type: Date, ...required },
      formerHashClaim: { type: String },
      sessionlessAfter: { type: Date },
      roles: { type: [String], default: undefined },
      email: { type: String },
      emailKey: { type: String },
      emailVerified: { type: Boolean },
    },
    { ...options, collection: 'users' },
  );
  schema.index({ usernameKey: 1 }, { unique: true, name: 'username_key' });
  schema.index({ emailKey: 1 }, { unique: true, sparse: true, name: 'email_key' });
  return schema;
}

const clientSchema = () =>
  new Schema<Client>({ userAgent: { type: String, ...nullable }, ipAddress: { type: String, ...nullable } }, part);

const replaySchema = () =>
  new Schema<ReplayRecord>(
    {
      version: { type: Number, ...required },
      jti: { type: String, ...required },
      graceFrom: { type: Date, ...required },
      late: { type: Number, ...required },
      rotations: { type: Number, ...required },
      apartBefore: { type: Number, ...required },
      isApart: { type: Boolean, ...required },
      reported: { type: reportSchema(), ...nullable },
    },
    part,
  );

const reportSchema = () =>
  new Schema<ReplayReport>(
    {
      at: { type: Date, ...required },
      rotations: { type: Number, ...required },
      refreshedBy: { type: clientSchema(), ...required },
      replayedBy: { type: clientSchema(), ...required },
    },
    part,
  );

const authenticationSchema = () =>
  new Schema<Authentication>({ at: { type: Date, ...required }, methods: [String] }, part);

function sessionSchema(): Schema<SessionDocument> {
  const schema = new Schema<SessionDocument>(
    {
      _id: String,
      userId: { type: String, ...required },
      jti: { type: String, ...required },
      previousJti: { type: String, ...nullable },
      rotatedAt: { type: Date, ...required },
      rotatedBy: { type: clientSchema(), ...nullable },
      replay: { type: replaySchema(), ...nullable },
      createdAt: { type: Date, ...required },
      lastUsedAt: { type: Date, ...required },
      expiresAt: { type: Date, ...required },
      endsAt: { type: Date, ...required },
      userAgent: { type: String, ...nullable },
      ipAddress: { type: String, ...nullable },
      revokedAt: { type: Date, ...nullable },
      revokedReason: { type: String, ...nullable },
      deviceName: { type: String },
      authentication: { type: authenticationSchema() },
    },
    { ...options, collection: 'sessions' },
  );
  schema.index({ userId: 1, createdAt: -1, _id: -1 }, { name: 'sessions_of_user' });
  schema.index({ revokedAt: 1, _id: 1 }, { name: 'revoked_sessions' });
  schema.index({ createdAt: 1, _id: 1 }, { name: 'begun_sessions' });
  const isReported = { 'replay.reported.at': { $exists: true } };
  schema.index({ 'replay.reported.at': 1, _id: 1 }, { name: 'replayed_sessions', partialFilterExpression: isReported });
  schema.index({ expiresAt: 1 }, { name: 'expired_sessions', expireAfterSeconds: TTL_SLACK_SECONDS });
  return schema;
}

function blacklistSchema(): Schema<BlacklistDocument> {
  const schema = new Schema<BlacklistDocument>(
    { _id: String, expiresAt: { type: Date, ...required }, blacklistedAt: { type: Date, ...required } },
    { ...options, collection: 'blacklist' },
  );
  schema.index({ blacklistedAt: 1, _id: 1 }, { name: 'entries_by_time' });
  schema.index({ expiresAt: 1 }, { name: 'expired_entries', expireAfterSeconds: TTL_SLACK_SECONDS });
  return schema;
}

function attemptSchema(): Schema<AttemptDocument> {
  const schema = new Schema<AttemptDocument>(
    {
      _id: String,
      count: { type: Number, ...required },
      nextAt: { type: Date, ...required },
      expiresAt: { type: Date, ...required },
    },
    { ...options, collection: 'attempts' },
  );
  schema.index({ expiresAt: 1 }, { name: 'expired_attempts', expireAfterSeconds: TTL_SLACK_SECONDS });
  return schema;
}

function proofSchema(): Schema<ProofDocument> {
  const schema = new Schema<ProofDocument>(
    { _id: String, expiresAt: { type: Date, ...required } },
    { ...options, collection: 'proofs' },
  );
  schema.index({ expiresAt: 1 }, { name: 'expired_proofs', expireAfterSeconds: TTL_SLACK_SECONDS });
  return schema;
}

function serviceSchema(): Schema<ServiceDocument> {
  return new Schema<ServiceDocument>(
    {
      _id: String,
      secretHash: { type: String, ...required },
      createdAt: { type: Date, ...required },
      audience: { type: String },
      scopes: { type: [String], default: undefined },
    },
    { ...options, collection: 'services' },
  );
}

/** `lastStep` is missing of an app that was not confirmed. */
const totpSchema = () =>
  new Schema<TotpRecord>(
    { secret: { type: String, ...required }, createdAt: { type: Date, ...required }, lastStep: { type: Number } },
    part,
  );

function secondFactorSchema(): Schema<SecondFactorDocument> {
  return new Schema<SecondFactorDocument>(
    {
      _id: String,
      version: { type: Number, ...required },
      totp: { type: totpSchema(), ...nullable },
      pending: { type: totpSchema(), ...nullable },
      recoveryHashes: [String],
    },
    { ...options, collection: 'secondFactors' },
  );
}

function activitySchema(): Schema<ActivityDocument> {
  // Only ever counted up, which checks no field: so none is said to be required.
  const schema = new Schema<ActivityDocument>(
    { _id: Date, signIns: Number, refusals: Number, refreshes: Number, reuses: Number, expiresAt: Date },
    { ...options, collection: 'activity' },
  );
  schema.index({ expiresAt: 1 }, { name: 'expired_activity', expireAfterSeconds: TTL_SLACK_SECONDS });
  return schema;
}

const own = {
  users: userSchema(),
  sessions: sessionSchema(),
  blacklist: blacklistSchema(),
  attempts: attemptSchema(),
  services: serviceSchema(),
  activity: activitySchema(),
  secondFactors: secondFactorSchema(),
  proofs: proofSchema(),
};
export const SCHEMAS = { ...own, ...MAIL_SCHEMAS };

/** The collections of one connection. */
export function defineModels(connection: Connection) {
  return {
    users: connection.model('User', own.users),
    sessions: connection.model('Session', own.sessions),
    blacklist: connection.model('BlacklistEntry', own.blacklist),
    attempts: connection.model('Attempts', own.attempts),
    services: connection.model('Service', own.services),
    activity: connection.model('Activity', own.activity),
    secondFactors: connection.model('SecondFactors', own.secondFactors),
    proofs: connection.model('Proof', own.proofs),
    ...mailModels(connection),
  };
}

export type Models = ReturnType<typeof defineModels>;
