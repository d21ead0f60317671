import { createTransport } from 'nodemailer';
import type { Mail } from '../../contracts/mail.ts';
import { MailRefused } from './mail-refused.ts';

/** Milliseconds: until the server has greeted us, its name looked up included, and then without a word of it. */
const TIMEOUTS = { connectionTimeout: 10_000, socketTimeout: 20_000 };
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** What sends mails, and how to be done with it. */
export interface SmtpSender {
  send(mail: Mail): Promise<void>;
  close(): void;
}

/** Sends mails to the server of a URL, by TLS but on localhost. */
export function smtpSender(smtpUrl: string): SmtpSender {
  const url = new URL(smtpUrl);
  const isDecided = ['requireTLS', 'ignoreTLS'].some((name) => url.searchParams.has(name));
  if (url.protocol === 'smtp:' && !isDecided) {
    // On this machine nobody listens, and Debian's servers have a certificate that they signed themselves.
    url.searchParams.set(LOOPBACK.test(url.hostname) ? 'ignoreTLS' : 'requireTLS', 'true');
  }
  // Neither files nor addresses are read for a mail, whatever its text says.
  const transport = createTransport({ url: url.href, ...TIMEOUTS, disableFileAccess: true, disableUrlAccess: true });
  return {
    send: async ({ id, to, from, subject, text, html, language }) => {
      try {
        await transport.sendMail({
          from: from ?? undefined,
          // An object, as a text would be read as a list of addresses.
          to: { name: '', address: to },
          subject,
          text,
          html,
          messageId: `<${id}@${domainOf(from)}>`,
          headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': language }, // RFC 3834 5
        });
      } catch (error) {
        throw isRefusal(error) ? new MailRefused(error) : error;
      }
    },
    close: () => transport.close(),
  };
}

const domainOf = (from: string | null): string => /@([^\s<>]+)>?$/.exec(from ?? '')?.[1] ?? 'localhost';

/** Whether the server will never take a mail to this address (RFC 5321 4.2.1); what it says of the sender may be set right. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { responseCode, command } = error as { readonly responseCode?: unknown; readonly command?: unknown };
  return command === 'RCPT TO' && typeof responseCode === 'number' && responseCode >= 550 && responseCode < 560;
}
