/** Mails there are: each has a template. */
export const MAIL_KINDS = [
  'email_verify',
  'email_in_use',
  'password_reset',
  'invitation',
  'notice_new_device',
  'notice_password_changed',
  'notice_email_change_asked',
  'notice_email_changed',
  'notice_token_reuse',
  'notice_guessing',
  'notice_factor_changed',
] as const;
