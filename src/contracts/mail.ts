import type { MailKind } from './store/mail-records.ts';

/** A mail, written and ready to be sent. */
export interface Mail {
  /** The same at each attempt to send it. */
  readonly id: string;
  readonly kind: MailKind;
  /** One address. */
  readonly to: string;
  /** `MAIL_FROM`; null where it is not set. */
  readonly from: string | null;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Of its text: a tag of RFC 5646. */
  readonly language: string;
}
