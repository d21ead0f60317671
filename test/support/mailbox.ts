import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

/** A mail as a server for mails took it. */
interface ReceivedMail {
  /** Of the envelope. */
  readonly to: readonly string[];
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  readonly html: string;
  /** As it was sent. */
  readonly raw: string;
}

/** How the server answers a mail: takes it, or refuses it with a reply of SMTP. */
type Verdict = null | { readonly code: number; readonly at: 'recipient' | 'data' };

/** A real server for mails, on a port of its own, and what it took. */
export class Mailbox {
  readonly mails: ReceivedMail[] = [];
  /** Asked for each recipient and each mail. Default: takes all. */
  verdict: (to: string) => Verdict | Promise<Verdict> = () => null;
  readonly #server: SMTPServer;

  private constructor(hasTls: boolean) {
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: hasTls ? ['AUTH'] : ['STARTTLS', 'AUTH'],
      disableReverseLookup: true,
      onRcptTo: (address, _session, done) => answer(this.#judge(address.address, 'recipient'), done),
      onData: (stream, { envelope }, done) => answer(this.#take(stream, envelope.rcptTo), done),
    });
    this.#server.on('error', () => {}); // of clients that hang up
  }

  /** With TLS, its certificate is its own. */
  static async open({ hasTls = false }: { readonly hasTls?: boolean } = {}): Promise<Mailbox> {
    const mailbox = new Mailbox(hasTls);
    const listener = mailbox.#server.listen(0, '127.0.0.1'); // IPv4 alone, which a mapped IPv6 address is too
    await once(listener, 'listening');
    return mailbox;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.#server.server.address() as AddressInfo).port}`;
  }

  /** Settings of a server that sends its mails here. */
  get env(): Readonly<Record<string, string>> {
    return {
      SMTP_URL: this.url,
      MAIL_FROM: 'Example <no-reply@example.com>',
      ACCOUNT_URL: 'https://app.example.com/account',
    };
  }

  /** Those for an address, the latest at the end. */
  to(address: string): ReceivedMail[] {
    const isThat = (other: string) => other.toLowerCase() === address.toLowerCase(); // domains are sent in lower case
    return this.mails.filter((mail) => mail.to.some(isThat));
  }

  /** The token in the latest mail for an address. */
  tokenTo(address: string): string {
    return tokenIn(this.to(address).at(-1));
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #take(stream: Readable, recipients: readonly { readonly address: string }[]): Promise<Error | undefined> {
    const raw = await text(stream);
    const to = recipients.map(({ address }) => address);
    const refusal = await this.#judge(to[0] ?? '', 'data');
    if (refusal === undefined) this.mails.push({ to, raw, ...parsed(raw) });
    return refusal;
  }

  async #judge(to: string, at: 'recipient' | 'data'): Promise<Error | undefined> {
    const verdict = await this.verdict(to);
    return verdict?.at === at ? Object.assign(new Error('refused'), { responseCode: verdict.code }) : undefined;
  }
}

/** What the server is told in the end. */
function answer(verdict: Promise<Error | undefined>, done: (error?: Error) => void): void {
  void verdict.then((refusal) => setImmediate(done, refusal));
}

/** The token of the link in a mail. */
export function tokenIn(mail: Pick<ReceivedMail, 'text'> | undefined): string {
  const token = /#\w+=([\w-]+)$/m.exec(mail?.text ?? '')?.[1];
  if (token === undefined) throw new Error(`there is no link in ${mail?.text ?? 'no mail'}`);
  return token;
}

function parsed(raw: string) {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const headers = headersOf(head);
  const boundary = /boundary="([^"]+)"/.exec(headers.get('content-type') ?? '')?.[1] ?? '';
  const parts = rest.join('\r\n\r\n').split(`--${boundary}`);
  const partOf = (type: string) => {
    const [partHead = '', ...body] = (parts.find((part) => part.includes(`Content-Type: ${type}`)) ?? '').split(
      '\r\n\r\n',
    );
    const encoding = headersOf(partHead.trim()).get('content-transfer-encoding');
    return decoded(body.join('\r\n\r\n').replace(/\r\n$/, ''), encoding).replaceAll('\r\n', '\n');
  };
  return { headers, text: partOf('text/plain'), html: partOf('text/html') };
}

const headersOf = (head: string): Map<string, string> =>
  new Map(
    head
      .replaceAll(/\r\n[ \t]+/g, ' ')
      .split('\r\n')
      .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );

function decoded(body: string, encoding: string | undefined): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString();
  if (encoding !== 'quoted-printable') return body;
  const bytes = body
    .replaceAll(/=\r\n/g, '')
    .replaceAll(/=([\dA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
