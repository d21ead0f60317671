import type { MailKind } from '../../contracts/store/store.ts';

/** A text of a mail. Of its paragraphs, the one that is `{{link}}` becomes the link. */
export interface MailText {
  readonly subject: string;
  readonly paragraphs: readonly string[];
}

const HELLO = 'Hello {{username}},';
const LINK = '{{link}}';
const WHERE = 'Time: {{time}}. Device: {{device}}. Address: {{address}}.';
const NOT_YOU =
  'If this was not you, change your password at {{service}} and end all sessions there. If you cannot sign in any more, ask for a new password.';

/** What each mail says. */
export const ENGLISH: Readonly<Record<MailKind, MailText>> = {
  email_verify: {
    subject: 'Confirm your e-mail address',
    paragraphs: [
      HELLO,
      'Confirm that this is the e-mail address of your account at {{service}}:',
      LINK,
      'The link works once, for {{hours}} hours. If you did not ask for it, ignore this mail: nothing changes without the link.',
    ],
  },
  email_in_use: {
    subject: 'Your e-mail address was entered again',
    paragraphs: [
      HELLO,
      'Somebody entered this e-mail address for another account at {{service}}. It belongs to your account, and stays there. If it was you, sign in as {{username}}.',
      'If it was not you, there is nothing to do.',
    ],
  },
  password_reset: {
    subject: 'Choose a new password',
    paragraphs: [
      HELLO,
      'Choose a new password for your account at {{service}}:',
      LINK,
      'The link works once, for {{minutes}} minutes. The new password ends all your sessions. If you did not ask for it, ignore this mail: your password stays as it is.',
    ],
  },
  invitation: {
    subject: 'Your account at {{service}}',
    paragraphs: [
      HELLO,
      'An account at {{service}} was made for you. Choose its password:',
      LINK,
      'The link works once, for {{days}} days. Then sign in as {{username}}, or with this e-mail address.',
    ],
  },
  notice_new_device: {
    subject: 'Sign-in with a new device',
    paragraphs: [HELLO, 'Somebody signed in to your account at {{service}} with a new device.', WHERE, NOT_YOU],
  },
  notice_password_changed: {
    subject: 'Your password was changed',
    paragraphs: [HELLO, 'The password of your account at {{service}} was changed.', WHERE, NOT_YOU],
  },
  notice_email_change_asked: {
    subject: 'Your e-mail address is about to change',
    paragraphs: [
      HELLO,
      'Somebody who knows your password wants another e-mail address for your account at {{service}}. It changes when the link that was sent there is used.',
      WHERE,
      'If this was not you, change your password now: that makes the link worthless.',
    ],
  },
  notice_email_changed: {
    subject: 'Your e-mail address was changed',
    paragraphs: [
      HELLO,
      'Your account at {{service}} has another e-mail address now. Mails about it are not sent here any more.',
      WHERE,
      NOT_YOU,
    ],
  },
  notice_token_reuse: {
    subject: 'One of your sessions may have been stolen',
    paragraphs: [
      HELLO,
      'Two devices used the same session of your account at {{service}}. One of them may have stolen it.',
      WHERE,
      NOT_YOU,
    ],
  },
  notice_guessing: {
    subject: 'Somebody is guessing your password',
    paragraphs: [
      HELLO,
      'There were many sign-ins with wrong passwords to your account at {{service}}, from several addresses. None of them succeeded. They are slowed down, and you can still sign in from where you usually do.',
      'If your password is short, or one that you use elsewhere too, change it.',
    ],
  },
  notice_factor_changed: {
    subject: 'Your second factor was changed',
    paragraphs: [
      HELLO,
      'The second factor of your account at {{service}} was added, replaced or removed.',
      WHERE,
      NOT_YOU,
    ],
  },
};

/** Mails that are worth nothing without a link. */
export const WITH_LINK: ReadonlySet<MailKind> = new Set(['email_verify', 'password_reset', 'invitation']);

/** What a text may have between `{{` and `}}`. */
export const PLACEHOLDERS: ReadonlySet<string> = new Set([
  'username',
  'service',
  'link',
  'minutes',
  'hours',
  'days',
  'time',
  'device',
  'address',
]);
