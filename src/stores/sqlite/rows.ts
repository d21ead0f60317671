import type { Client } from '../../contracts/client.ts';
import type {
  Authentication,
  ReplayRecord,
  RevocationReason,
  SessionRecord,
  UserRecord,
} from '../../contracts/store/store.ts';
import type { SqlRow, SqlValue } from './database.ts';

export const USER_COLUMNS = `id, username, username_key, password_hash, password_changed_at, is_active, is_admin, last_login, created_at,
  former_hash_claim, sessionless_after, roles, email, email_key, email_verified`;

export const SESSION_COLUMNS = `id, user_id, jti, previous_jti, rotated_at, created_at, last_used_at, expires_at, ends_at, user_agent,
  ip_address, revoked_at, revoked_reason, rotated_by, replay, device_name, authentication`;

/** A value of a row; there is none where a column was not asked for. */
type Value = SqlValue | undefined;

/** A column that holds milliseconds since the epoch. */
export const moment = (value: Value): Date => new Date(Number(value));

const momentOrNull = (value: Value): Date | null => (value == null ? null : moment(value));

export const textOrNull = (value: Value): string | null => (value == null ? null : String(value));

const clientOrNull = (value: Value): Client | null => (value == null ? null : (JSON.parse(String(value)) as Client));

function replayOrNull(value: Value): ReplayRecord | null {
  if (value == null) return null;
  const note = JSON.parse(String(value)) as ReplayRecord; // but for its moments, which are texts
  const { graceFrom, reported } = note;
  return {
    ...note,
    graceFrom: new Date(graceFrom),
    reported: reported && { ...reported, at: new Date(reported.at) },
  };
}

function readAuthentication(text: string): Authentication {
  const { at, ...rest } = JSON.parse(text) as Authentication; // but for its moment, which is a text
  return { ...rest, at: new Date(at) };
}

/** A column that holds JSON. */
export const jsonOrNull = (value: object | null): SqlValue => (value === null ? null : JSON.stringify(value));

export function readUser(row: SqlRow | undefined): UserRecord | null {
  if (row?.[0] == null) return null; // none, or none joined
  const [id, username, usernameKey, passwordHash, passwordChangedAt, isActive, isAdmin, lastLogin, createdAt, ...more] =
    row;
  const [formerHashClaim, sessionlessAfter, roles, email, emailKey, emailVerified] = more;
  return {
    id: String(id),
    username: String(username),
    usernameKey: String(usernameKey),
    passwordHash: String(passwordHash),
    passwordChangedAt: moment(passwordChangedAt),
    isActive: isActive === 1,
    isAdmin: isAdmin === 1,
    lastLogin: momentOrNull(lastLogin),
    createdAt: moment(createdAt),
    ...(formerHashClaim != null && { formerHashClaim: String(formerHashClaim) }),
    ...(sessionlessAfter != null && { sessionlessAfter: moment(sessionlessAfter) }),
    ...(roles != null && { roles: JSON.parse(String(roles)) as string[] }),
    ...(email != null && { email: String(email), emailVerified: emailVerified === 1 }),
    ...(emailKey != null && { emailKey: String(emailKey) }),
  };
}

export function readSession(row: SqlRow | undefined): SessionRecord | null {
  if (row?.[0] == null) return null; // none, or none joined
  const [
    id,
    userId,
    jti,
    previousJti,
    rotatedAt,
    createdAt,
    lastUsedAt,
    expiresAt,
    endsAt,
    userAgent,
    ipAddress,
    revokedAt,
    revokedReason,
    rotatedBy,
    replay,
    deviceName,
    authentication,
  ] = row;
  return {
    id: String(id),
    userId: String(userId),
    jti: String(jti),
    previousJti: textOrNull(previousJti),
    rotatedAt: moment(rotatedAt),
    rotatedBy: clientOrNull(rotatedBy),
    replay: replayOrNull(replay),
    createdAt: moment(createdAt),
    lastUsedAt: moment(lastUsedAt),
    expiresAt: moment(expiresAt),
    endsAt: moment(endsAt),
    userAgent: textOrNull(userAgent),
    ipAddress: textOrNull(ipAddress),
    revokedAt: momentOrNull(revokedAt),
    revokedReason: textOrNull(revokedReason) as RevocationReason | null,
    ...(deviceName != null && { deviceName: String(deviceName) }),
    ...(authentication != null && { authentication: readAuthentication(String(authentication)) }),
  };
}
