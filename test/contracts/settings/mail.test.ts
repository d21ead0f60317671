import { describe, expect, test } from '@jest/globals';
import { settingsFromEnvironment, settingsFromOptions } from '../../../src/contracts/settings/settings.ts';

const SMTP = { SMTP_URL: 'smtp://mail.example.com', MAIL_FROM: 'no-reply@example.com' };
const PRODUCTION = { NODE_ENV: 'production', JWT_SIGNING_KEY: 'k'.repeat(64) };
const ACCOUNT_URL = 'https://app.example.com/account';

describe('settings of mail', () => {
  test('are all off by default', () => {
    const { email, passwordReset, notices, userAdministration, smtpUrl } = settingsFromEnvironment({});
    expect({ email, passwordReset, notices, userAdministration, smtpUrl }).toEqual({
      email: false,
      passwordReset: false,
      notices: false,
      userAdministration: false,
      smtpUrl: undefined,
    });
  });

  test.each([
    [{ PASSWORD_RESET: 'on' }, 'PASSWORD_RESET: on without EMAIL'],
    [{ SMTP_URL: 'smtp://mail.example.com' }, 'MAIL_FROM: not set with SMTP_URL'],
    [{ SMTP_URL: 'mail.example.com' }, 'SMTP_URL: got a value that is not shown, expected an smtp:// or smtps:// URL'],
    [{ SMTP_URL: 'smtp://', MAIL_FROM: 'a@b.example' }, 'SMTP_URL: got a value that is not shown'],
    [
      { ACCOUNT_URL: 'http://app.example.com/' },
      'ACCOUNT_URL: got "http://app.example.com/", where anybody on the network',
    ],
    [
      { ACCOUNT_URL: 'https://app.example.com/#x' },
      'ACCOUNT_URL: got "https://app.example.com/#x", expected an https URL',
    ],
    [{ ACCOUNT_URL: 'https://[x/' }, 'ACCOUNT_URL: got "https://[x/", which is no URL'],
    [{ MAIL_FROM: 'nobody' }, 'MAIL_FROM: got "nobody", expected an address'],
    [{ MAIL_FROM: 'a@example.com\r\nBcc: b@example.com' }, 'MAIL_FROM: got'],
    [{ MAIL_FROM: 'a@example.com, b@example.com' }, 'MAIL_FROM: got'],
    [{ ...PRODUCTION, EMAIL: 'on', ACCOUNT_URL }, 'SMTP_URL: not set with EMAIL on and NODE_ENV=production'],
    [{ ...PRODUCTION, EMAIL: 'on', ...SMTP }, 'ACCOUNT_URL: not set with EMAIL on and NODE_ENV=production'],
  ])('refuse %j', (environment, problem) => {
    expect(() => settingsFromEnvironment(environment)).toThrow(problem);
  });

  test.each([
    { EMAIL: 'on', PASSWORD_RESET: 'on', NOTICES: 'on', USER_ADMINISTRATION: 'on' },
    { ...PRODUCTION, ...SMTP, EMAIL: 'on', ACCOUNT_URL },
    { ...PRODUCTION, NOTICES: 'on', USER_ADMINISTRATION: 'on' },
    { MAIL_FROM: 'Example Ltd <no-reply@example.com>', SMTP_URL: 'smtps://user:secret@mail.example.com:465' },
    { ACCOUNT_URL: 'http://localhost:5173/' },
  ])('take %j', (environment) => {
    expect(settingsFromEnvironment(environment)).toBeDefined();
  });

  test('never show the password of the server for mails', () => {
    const environment = { SMTP_URL: 'smtp://user:secret@/x', MAIL_FROM: 'a@example.com' };
    expect(() => settingsFromEnvironment(environment)).toThrow(/^SMTP_URL: (?!.*secret)/);
  });

  test('of the library want a page for links', () => {
    expect(() => settingsFromOptions({ email: true })).toThrow('accountUrl: not set with email on');
  });
});
