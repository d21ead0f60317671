import type { MAIL_KINDS } from './mail-kinds.ts';

/** What a link in a mail is for. */
export type LinkPurpose = 'email_verify' | 'password_reset' | 'invitation';

/** A link that was sent to somebody. Its token may be used once. */
export interface LinkRecord {
  /** Of its token, which is kept nowhere: SHA-256 in base64url. */
  readonly name: string;
  readonly purpose: LinkPurpose;
  readonly userId: string;
  /** The address it was sent to. */
  readonly email: string;
  /** A digest of the password hash and the address of the account it was made for: a change of either makes it worthless. */
  readonly bond: string;
  readonly expiresAt: Date;
}

/** Mails there are. */
export type MailKind = (typeof MAIL_KINDS)[number];

/** A mail that is to be sent: about whom and what. It is written, and its link made, when it is sent. */
export interface MailRecord {
  readonly id: string;
  readonly kind: MailKind;
  /** The account it is about; null for a request about an account that there is not, to which nothing is sent. */
  readonly userId: string | null;
  /** Where it goes; null for the address that the account has when it is sent. */
  readonly to: string | null;
  /** The language that the client prefers, a tag of RFC 5646; null where it is not known. */
  readonly language: string | null;
  /** What it tells of: names and texts. */
  readonly facts: Readonly<Record<string, string>>;
  /** How often it was begun to be sent. */
  readonly attempts: number;
  readonly createdAt: Date;
  /** Before this moment nobody sends it. */
  readonly nextAt: Date;
  /** After this moment it is worth nothing, and is not sent any more. */
  readonly expiresAt: Date;
}

/** Something that happened to an account, as its owner is shown it. */
export interface AccountEventRecord {
  readonly id: string;
  readonly userId: string;
  /** A name of a security event, or `new_device`. */
  readonly event: string;
  readonly at: Date;
  readonly userAgent: string | null;
  readonly ipAddress: string | null;
  /** The admin who did it to another's account. */
  readonly actorId?: string;
  readonly expiresAt: Date;
}
