import type { Client } from '../client.ts';
import type { REVOCATION_REASONS } from './revocation-reasons.ts';
import type { SERVICE_SCOPES } from './service-scopes.ts';

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
  /** In the order of their names; left out where there are none. Whether the user is an admin is `isAdmin`, and no role. */
  readonly roles?: readonly string[];
  /** The e-mail address as it was written. Left out where there is none. */
  readonly email?: string;
  /**
   * The address in the form in which it is compared; unique. Left out until the address is the account's own: it was verified,
   * or an admin or an import has set it.
   */
  readonly emailKey?: string;
  /** Whether a link that was sent to the address came back. Left out where there is no address. */
  readonly emailVerified?: boolean;
}

/** An e-mail address of an account, or none; all null. */
export interface Address {
  readonly email: string | null;
  readonly emailKey: string | null;
  readonly emailVerified: boolean | null;
}

/** How the change of an address went: `changed` where it was not the expected one any more. */
export type Replacement = 'replaced' | 'changed' | 'email_taken';

/** What may change in an account. */
export type UserChanges = Partial<
  Pick<
    UserRecord,
    'passwordHash' | 'passwordChangedAt' | 'isActive' | 'isAdmin' | 'lastLogin' | 'sessionlessAfter' | 'roles'
  > & {
    /** Null removes it. */
    readonly formerHashClaim: string | null;
  }
>;

/** What changes together with a password hash. */
export type HashFacts = Pick<UserChanges, 'passwordChangedAt' | 'formerHashClaim'>;

/** How storing a new user went; where several names are taken, it may be any of these. */
export type Insertion = 'inserted' | 'id_taken' | 'username_taken' | 'email_taken';

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
  /** Who made `jti` current; null where that is who signed in, by `userAgent` and `ipAddress`. */
  readonly rotatedBy: Client | null;
  /** What is known of uses of a predecessor; null while there was none that had to be noted. */
  readonly replay: ReplayRecord | null;
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
  /** What the user calls the device; left out where they gave it no name. */
  readonly deviceName?: string;
  /** When and how the user last proved who they are; left out where that was not noted. */
  readonly authentication?: Authentication;
}

/** A proof of who somebody is: the claims `auth_time` and `amr` (OpenID Connect Core 2). */
export interface Authentication {
  readonly at: Date;
  /** Of RFC 8176: `pwd`, `otp`, `mfa`; empty where it is not known. */
  readonly methods: readonly string[];
}

/** The token that follows the current one, when, and by whom: `rotatedAt` is also the time of last use. */
export type Successor = Pick<SessionRecord, 'jti' | 'rotatedAt' | 'rotatedBy' | 'lastUsedAt' | 'expiresAt'>;

/** That the predecessor of a session's token came again, and how often that was so before. */
export interface ReplayRecord {
  /** How many notes there were in this session, this one included: a later one is made on condition of it. */
  readonly version: number;
  /** The token that was answered again. If it is not current any more, the note is of an earlier rotation. */
  readonly jti: string;
  /** When the last grace interval began: at the rotation, or with the last replay that came after one. */
  readonly graceFrom: Date;
  /** Replays that came after a grace interval. */
  readonly late: number;
  /** Rotations in a row with a replay, this one included. */
  readonly rotations: number;
  /** Those right before this one at which two clients were told apart. */
  readonly apartBefore: number;
  /** Whether they were at this one. */
  readonly isApart: boolean;
  /** The last pattern that was reported. */
  readonly reported: ReplayReport | null;
}

/** Replays at so many rotations in a row, by whom at the last of these. */
export interface ReplayReport {
  readonly at: Date;
  readonly rotations: number;
  /** Who exchanged the token. */
  readonly refreshedBy: Client;
  /** Who presented it again. */
  readonly replayedBy: Client;
}

export interface Revocation {
  readonly at: Date;
  readonly reason: RevocationReason;
}

/** The second factors of one user, in one record: so that one conditional change of it decides between concurrent ones. */
export interface SecondFactorRecord {
  readonly userId: string;
  /** How many changes there were, this one included: a later one is made on condition of it. */
  readonly version: number;
  /** The authenticator app that is asked for a code; null where there is none. */
  readonly totp: TotpRecord | null;
  /** One that was set up, and of which no code was seen yet. */
  readonly pending: Pick<TotpRecord, 'secret' | 'createdAt'> | null;
  /** Of the recovery codes that are left: SHA-256 in base64url. */
  readonly recoveryHashes: readonly string[];
}

/** An authenticator app (RFC 6238). */
export interface TotpRecord {
  /** The shared secret, encrypted with a key that is not in the store. */
  readonly secret: string;
  readonly createdAt: Date;
  /** The time step of the code that was accepted last: no code of it or of an earlier one is accepted again. */
  readonly lastStep: number;
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

/** One thing that a service may do. */
export type ServiceScope = (typeof SERVICE_SCOPES)[number];

/** Another program that may ask about tokens. */
export interface ServiceRecord {
  readonly name: string;
  /** Of its secret, which is kept nowhere: SHA-256 in base64url. */
  readonly secretHash: string;
  readonly createdAt: Date;
  /** Its tokens are those with this `aud`; null for all tokens. */
  readonly audience: string | null;
  /** What it may do; null for everything, as of services from before there were scopes. */
  readonly scopes: readonly ServiceScope[] | null;
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

/**
 * A place in a list that is in the order of moments, and where these are the same, of names. With no name, it is before
 * all records of its moment.
 */
export interface ListPosition {
  readonly at: Date;
  readonly name: string;
}
