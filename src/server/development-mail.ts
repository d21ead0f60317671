import { appendFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Hooks, Mail } from '../contracts/hooks.ts';
import type { ServerSettings } from '../contracts/settings/settings-table.ts';

/** In `DATA_DIR`: a mail a line. A file, as several workers may send them. */
const FILE = 'development-mail.jsonl';
/** It begins anew when it is larger. */
const MAX_BYTES = 1_000_000;
const SHOWN = 50;

/** A mail that was not sent, and when. */
export interface UnsentMail extends Mail {
  readonly at: string;
}

/** In place of a server for mails while an application is developed: mails are in the log, and at `/mail`. */
export class DevelopmentMail {
  readonly #file: string;
  readonly #log: Pick<Logger, 'info'>;

  private constructor(file: string, log: Pick<Logger, 'info'>) {
    this.#file = file;
    this.#log = log;
  }

  /** Null where mails are sent, or there are none, and always in production. */
  static of(settings: ServerSettings, hooks: Hooks, log: Pick<Logger, 'info'>): DevelopmentMail | null {
    const { email, nodeEnv, smtpUrl, dataDir } = settings;
    if (!email || nodeEnv === 'production' || smtpUrl !== undefined || hooks.sendMail !== undefined) return null;
    return new DevelopmentMail(join(dataDir, FILE), log);
  }

  /** Keeps a mail, and shows it in the log. */
  async send(mail: Mail): Promise<void> {
    const { to, subject, text } = mail;
    this.#log.info({ mail: { to, subject, text } }, 'a mail, which is not sent because SMTP_URL is not set');
    mkdirSync(join(this.#file, '..'), { recursive: true, mode: 0o700 });
    const line = `${JSON.stringify({ at: new Date().toISOString(), ...mail })}\n`;
    const isFull = (statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0) > MAX_BYTES;
    (isFull ? writeFileSync : appendFileSync)(this.#file, line, { mode: 0o600 });
  }

  /** The latest, the newest first. */
  list(): UnsentMail[] {
    if (statSync(this.#file, { throwIfNoEntry: false }) === undefined) return [];
    const lines = readFileSync(this.#file, 'utf8').split('\n').slice(0, -1);
    return lines
      .slice(-SHOWN)
      .toReversed()
      .map((line) => JSON.parse(line) as UnsentMail);
  }
}
