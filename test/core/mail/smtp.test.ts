import { once } from 'node:events';
import { createServer, Socket, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
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

test('a server that does not greet is given up after ten seconds', async () => {
  mailbox = await Mailbox.open();
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  const sent = sendTo(`smtp://127.0.0.1:${(silent.address() as AddressInfo).port}`).catch((error: unknown) => error);
  const [socket] = (await once(silent, 'connection')) as [Socket];
  await jest.advanceTimersByTimeAsync(10_000);
  jest.useRealTimers();
  socket.destroy(); // who waits still is told that it was closed
  silent.close();
  expect(await sent).toMatchObject({ code: 'ETIMEDOUT' });
});

test('a server that has not said a word for twenty seconds is given up', async () => {
  const waiting: Socket[] = [];
  const wait = jest.spyOn(Socket.prototype, 'setTimeout').mockImplementation(function (this: Socket, milliseconds) {
    if (milliseconds === 20_000) waiting.push(this);
    return this;
  });
  mailbox = await Mailbox.open();
  mailbox.verdict = () => {
    for (const socket of waiting) socket.emit('timeout'); // so long it took
    return { code: 450, at: 'recipient' };
  };
  await expect(sendTo(mailbox.url)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  wait.mockRestore();
});
