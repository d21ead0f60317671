import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Mail } from '../../../src/contracts/mail.ts';
import { smtpSender, type SmtpSender } from '../../../src/core/mail/smtp.ts';
import { Mailbox } from '../../support/mailbox.ts';

const MAIL: Mail = {
  id: 'a1',
  kind: 'password_reset',
  to: 'zoe@example.org',
  from: 'Example <no-reply@example.com>',
  subject: 'Wähle ein Passwort',
  text: 'Zoë\n',
  html: '<p>Zoë</p>',
  language: 'de',
};

let mailbox: Mailbox;
let senders: SmtpSender[];
beforeEach(() => {
  senders = [];
});
afterEach(async () => {
  for (const sender of senders) sender.close();
  await mailbox.close();
});

const sendTo = (url: string) => {
  const sender = smtpSender(url);
  senders.push(sender);
  return sender.send(MAIL);
};
/** The same server at an address that does not look like this machine. */
const elsewhere = (url: string, query = '') => `${url.replace('127.0.0.1', '[::ffff:127.0.0.1]')}/${query}`;

test('on this machine a mail goes out as it is, also to a server whose certificate is its own', async () => {
  mailbox = await Mailbox.open({ hasTls: true });
  await sendTo(mailbox.url);
  const [mail] = mailbox.mails;
  expect(mail).toMatchObject({ to: ['zoe@example.org'], text: 'Zoë\n', html: '<p>Zoë</p>' });
  expect(mail?.headers.get('content-language')).toBe('de');
  expect(mail?.headers.get('message-id')).toBe('<a1@example.com>');
});

test('elsewhere it goes by TLS alone, to a server whose certificate is good, unless the URL says otherwise', async () => {
  mailbox = await Mailbox.open();
  await expect(sendTo(elsewhere(mailbox.url))).rejects.toThrow(/STARTTLS/);
  expect(mailbox.mails).toEqual([]);
  await sendTo(elsewhere(mailbox.url, '?requireTLS=false'));
  expect(mailbox.mails).toHaveLength(1);
  await mailbox.close();
  mailbox = await Mailbox.open({ hasTls: true });
  await expect(sendTo(elsewhere(mailbox.url))).rejects.toThrow(/certificate/);
  expect(mailbox.mails).toEqual([]);
});

test.each([
  [550, 'recipient', 'MailRefused'],
  [553, 'recipient', 'MailRefused'],
  [450, 'recipient', 'Error'],
  [552, 'data', 'Error'],
] as const)('a refusal with %i of the %s is final where it is about the recipient', async (code, at, name) => {
  mailbox = await Mailbox.open();
  mailbox.verdict = () => ({ code, at });
  await expect(sendTo(mailbox.url)).rejects.toMatchObject({ name });
});
