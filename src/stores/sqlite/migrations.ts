const TABLES = `
  CREATE TABLE users (
    id TEXT PRIMARY KEY,
    username TEXT NOT NULL,
    username_key TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    password_changed_at INTEGER NOT NULL,
    is_active INTEGER NOT NULL,
    last_login INTEGER,
    created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    jti TEXT NOT NULL,
    previous_jti TEXT,
    rotated_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    user_agent TEXT,
    ip_address TEXT,
    revoked_at INTEGER,
    revoked_reason TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessions_of_user ON sessions (user_id, created_at);
  CREATE INDEX sessions_by_expiry ON sessions (expires_at);
  CREATE TABLE blacklist (
    jti TEXT PRIMARY KEY,
    expires_at INTEGER NOT NULL,
    blacklisted_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX blacklist_by_expiry ON blacklist (expires_at);
`;

const SERVICES_AND_REVOCATIONS = `
  CREATE TABLE services (
    name TEXT PRIMARY KEY,
    secret_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessions_by_revocation ON sessions (revoked_at, id) WHERE revoked_at IS NOT NULL;
  CREATE INDEX blacklist_by_time ON blacklist (blacklisted_at, jti);
`;

const ADMINISTRATION = `
  ALTER TABLE users ADD COLUMN is_admin INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE activity (
    hour INTEGER PRIMARY KEY,
    sign_ins INTEGER NOT NULL,
    refusals INTEGER NOT NULL,
    refreshes INTEGER NOT NULL,
    reuses INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT;
`;

const ATTEMPTS = `
  CREATE TABLE attempts (
    name TEXT PRIMARY KEY,
    count INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX attempts_by_expiry ON attempts (expires_at);
`;

/** JSON: a client, and a note of replays. */
const REPLAYS = `
  ALTER TABLE sessions ADD COLUMN rotated_by TEXT;
  ALTER TABLE sessions ADD COLUMN replay TEXT;
`;

const SERVICE_SCOPES = `
  ALTER TABLE services ADD COLUMN audience TEXT;
  ALTER TABLE services ADD COLUMN scopes TEXT;
`;

const SESSIONLESS_TOKENS = `
  ALTER TABLE users ADD COLUMN former_hash_claim TEXT;
  ALTER TABLE users ADD COLUMN sessionless_after INTEGER;
`;

/** The moment of a report is a text within the note, as JSON has it. */
const NEWS = `
  CREATE INDEX sessions_by_beginning ON sessions (created_at, id);
  CREATE INDEX sessions_by_report ON sessions (json_extract(replay, '$.reported.at'), id) WHERE replay IS NOT NULL;
`;

/** JSON: roles, how somebody proved who they are, and second factors. */
const SECOND_FACTORS_AND_ROLES = `
  ALTER TABLE users ADD COLUMN roles TEXT;
  ALTER TABLE sessions ADD COLUMN device_name TEXT;
  ALTER TABLE sessions ADD COLUMN authentication TEXT;
  CREATE TABLE second_factors (
    user_id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    factors TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

/** `facts` is JSON. An index skips accounts without an address. */
const ADDRESSES_AND_MAIL = `
  ALTER TABLE users ADD COLUMN email TEXT;
  ALTER TABLE users ADD COLUMN email_key TEXT;
  ALTER TABLE users ADD COLUMN email_verified INTEGER;
  CREATE UNIQUE INDEX users_by_email ON users (email_key) WHERE email_key IS NOT NULL;
  CREATE TABLE links (
    name TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    user_id TEXT NOT NULL,
    email TEXT NOT NULL,
    bond TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX links_of_user ON links (user_id);
  CREATE INDEX links_by_expiry ON links (expires_at);
  CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    user_id TEXT,
    recipient TEXT,
    language TEXT,
    facts TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX outbox_of_user ON outbox (user_id);
  CREATE INDEX outbox_by_time ON outbox (next_at);
  CREATE INDEX outbox_by_expiry ON outbox (expires_at);
  CREATE TABLE account_events (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    event TEXT NOT NULL,
    at INTEGER NOT NULL,
    user_agent TEXT,
    ip_address TEXT,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX account_events_of_user ON account_events (user_id, at, id);
  CREATE INDEX account_events_by_expiry ON account_events (expires_at);
`;

/** Who did it, where somebody else did. The list of all events is in the order of their ends. */
const ACTORS = `
  ALTER TABLE account_events ADD COLUMN actor_id TEXT;
`;

const PROOFS = `
  CREATE TABLE proofs (
    name TEXT PRIMARY KEY,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX proofs_by_expiry ON proofs (expires_at);
`;

/**
 * What makes a file of each version one of the next, beginning with an empty one: the file's `user_version` is how many
 * it has had. What was released never changes; a change of the schema is a further line.
 */
export const MIGRATIONS: readonly string[] = [
  TABLES,
  SERVICES_AND_REVOCATIONS,
  ADMINISTRATION,
  ATTEMPTS,
  REPLAYS,
  SERVICE_SCOPES,
  SESSIONLESS_TOKENS,
  NEWS,
  SECOND_FACTORS_AND_ROLES,
  ADDRESSES_AND_MAIL,
  ACTORS,
  PROOFS,
];
