/** Seconds. */
const TTL = 600;
/** The indexes of each collection, beside that of `_id`. */
export const INDEXES = {
  users: [
    { name: 'email_key', key: { emailKey: 1 }, unique: true, sparse: true },
    { name: 'username_key', key: { usernameKey: 1 }, unique: true },
  ],
  sessions: [
    { name: 'begun_sessions', key: { createdAt: 1, _id: 1 } },
    { name: 'expired_sessions', key: { expiresAt: 1 }, expireAfterSeconds: TTL },
    {
      name: 'replayed_sessions',
      key: { 'replay.reported.at': 1, _id: 1 },
      partialFilterExpression: { 'replay.reported.at': { $exists: true } },
    },
    { name: 'revoked_sessions', key: { revokedAt: 1, _id: 1 } },
    { name: 'sessions_of_user', key: { userId: 1, createdAt: -1, _id: -1 } },
  ],
  blacklist: [
    { name: 'entries_by_time', key: { blacklistedAt: 1, _id: 1 } },
    { name: 'expired_entries', key: { expiresAt: 1 }, expireAfterSeconds: TTL },
  ],
  attempts: [{ name: 'expired_attempts', key: { expiresAt: 1 }, expireAfterSeconds: TTL }],
  activity: [{ name: 'expired_activity', key: { expiresAt: 1 }, expireAfterSeconds: TTL }],
  proofs: [{ name: 'expired_proofs', key: { expiresAt: 1 }, expireAfterSeconds: TTL }],
  links: [
    { name: 'expired_links', key: { expiresAt: 1 }, expireAfterSeconds: TTL },
    { name: 'links_of_user', key: { userId: 1 } },
  ],
  outbox: [
    { name: 'expired_mails', key: { expiresAt: 1 }, expireAfterSeconds: TTL },
    { name: 'mails_by_time', key: { nextAt: 1, _id: 1 } },
    { name: 'mails_of_user', key: { userId: 1 } },
  ],
  account_events: [
    { name: 'events_of_user', key: { userId: 1, at: -1, _id: -1 } },
    { name: 'expired_account_events', key: { expiresAt: 1 }, expireAfterSeconds: TTL },
    { name: 'latest_account_events', key: { expiresAt: -1, _id: -1 } },
  ],
};
