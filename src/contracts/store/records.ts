import type { REVOCATION_REASONS } from './revocation-reasons.ts';

/** An account. */
export interface UserRecord {
  readonly id: string;
  /** As it was given, NFKC-normalised. */
  readonly username: string;
  /** The case-folded username; unique. */
  readonly usernameKey: string;
  /** Django's format, such as `bcrypt_sha256$$2b$12$...`. */
  readonly passwordHash: string;
  /** When the password last changed; a rehash of the same password does not count. */
  readonly passwordChangedAt: Date;
  readonly isActive: boolean;
  /** Whether the user may administer the accounts of others. */
  readonly isAdmin: boolean;
  readonly lastLogin: Date | null;
  readonly createdAt: Date;
  /**
   * Of the hash that an upgrade replaced: simplejwt's claim of tokens from before the upgrade. A change of the password
   * removes it. Left out where there is none.
   */
  readonly formerHashClaim?: string;
  /** Tokens of no session that were issued up to this moment do not count. Left out where all of them do. */
  readonly sessionlessAfter?: Date;
}

/** What may change in an account. */
export type UserChanges = Partial<
  Pick<UserRecord, 'passwordHash' | 'passwordChangedAt' | 'isActive' | 'isAdmin' | 'lastLogin' | 'sessionlessAfter'> & {
    /** Null removes it. */
    readonly formerHashClaim: string | null;
  }
>;

/** What changes together with a password hash. */
export type HashFacts = Pick<UserChanges, 'passwordChangedAt' | 'formerHashClaim'>;

/** How storing a new user went; whose both names are taken may hear either. */
export type Insertion = 'inserted' | 'id_taken' | 'username_taken';

/** Why a session ended. */
export type RevocationReason = (typeof REVOCATION_REASONS)[number];

/** One sign-in on one device and everything refreshed from it; RFC 9700 calls it a refresh token family. */
export interface SessionRecord {
  /** The claim `sid`. */
  readonly id: string;
  readonly userId: string;
  /** The one token of the session that may still be used. */
  readonly jti: string;
  /** Its immediate predecessor. */
  readonly previousJti: string | null;
  /** When `jti` was issued. */
  readonly rotatedAt: Date;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  /** The end of the current token: an idle session is over then. */
  readonly expiresAt: Date;
  /** The absolute end. It never changes. */
  readonly endsAt: Date;
  readonly userAgent: string | null;
  readonly ipAddress: string | null;
  readonly revokedAt: Date | null;
  readonly revokedReason: RevocationReason | null;
}

/** The token that follows the current one, and when: `rotatedAt` is also the time of last use. */
export type Successor = Pick<SessionRecord, 'jti' | 'rotatedAt' | 'lastUsedAt' | 'expiresAt'>;

export interface Revocation {
  readonly at: Date;
  readonly reason: RevocationReason;
}

export interface SessionAndUser {
  readonly session: SessionRecord | null;
  readonly user: UserRecord | null;
}

/** A jti that is refused until its token would have expired anyway. */
export interface BlacklistEntry {
  readonly jti: string;
  readonly expiresAt: Date;
  readonly blacklistedAt: Date;
}

/** How often something was tried, until that is forgotten. */
export interface AttemptRecord {
  /** What is counted, as an HMAC, so that a dump of the store does not reveal it. */
  readonly name: string;
  readonly count: number;
  /** Before this moment no further attempt is let through, once there were too many. */
  readonly nextAt: Date;
  /** When they are forgotten. */
  readonly expiresAt: Date;
}

/** Another program that may ask about tokens. */
export interface ServiceRecord {
  readonly name: string;
  /** Of its secret, which is kept nowhere: SHA-256 in base64url. */
  readonly secretHash: string;
  readonly createdAt: Date;
}

/** How often what happened. */
export interface ActivityCounts {
  readonly signIns: number;
  /** Sign-ins that were refused, and those that had to wait. */
  readonly refusals: number;
  readonly refreshes: number;
  /** Superseded tokens that were used. */
  readonly reuses: number;
}

/** What happened in one hour, until that is forgotten. */
export interface ActivityRecord extends ActivityCounts {
  /** Its first moment. */
  readonly hour: Date;
  readonly expiresAt: Date;
}
