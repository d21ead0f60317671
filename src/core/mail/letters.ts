import type { Clock } from '../../contracts/clock.ts';
import type { Events } from '../../contracts/events.ts';
import type { Hooks } from '../../contracts/hooks.ts';
import type { Mail } from '../../contracts/mail.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { LinkPurpose, MailKind, MailRecord, Store, UserRecord } from '../../contracts/store/store.ts';
import { isAllowed } from '../sessions/standing.ts';
import { readEmail } from '../users/email.ts';
import { deviceOf } from './device-of.ts';
import { bondOf, LINK_LIFETIMES, type Links } from './links.ts';
import { MailBudget } from './mail-budget.ts';
import type { Templates, Values } from './templates.ts';

/** Where links lead to outside production: `npm run example:web`. */
const DEVELOPMENT_ACCOUNT_URL = 'http://127.0.0.1:5173/';
/** What follows the `#` of a link: the operation that takes the token. */
const FRAGMENTS: Readonly<Record<LinkPurpose, string>> = {
  email_verify: 'emailVerify',
  password_reset: 'passwordReset',
  invitation: 'passwordReset',
};
const LIFETIMES: Values = {
  minutes: String(LINK_LIFETIMES.password_reset / 60),
  hours: String(LINK_LIFETIMES.email_verify / 3600),
  days: String(LINK_LIFETIMES.invitation / 86_400),
};

/** What letters are written with. */
export interface LetterParts {
  readonly store: Store;
  readonly settings: Settings;
  readonly hooks: Hooks;
  readonly clock: Clock;
  readonly events: Events;
  readonly links: Links;
  readonly templates: Templates;
}

/** To whom which mail goes, and what its link is for. */
interface Addressed {
  readonly user: UserRecord;
  readonly to: string;
  readonly kind: MailKind;
  readonly link?: LinkPurpose;
}

/** Writes the mails of the outbox as they are sent. Who asked for one cannot tell from the answer what becomes of it. */
export class Letters {
  readonly #parts: LetterParts;
  readonly #budget: MailBudget;

  constructor(parts: LetterParts) {
    this.#parts = parts;
    this.#budget = new MailBudget(parts);
  }

  /**
   * The mail of a record; null where nothing is due to anybody.
   *
   * @throws StoreUnavailable
   */
  async write(record: MailRecord): Promise<Mail | null> {
    const user = record.userId === null ? null : await this.#parts.store.users.findById(record.userId);
    if (record.kind === 'password_reset' && record.attempts === 1) this.#note(record, user);
    const addressed = user && (await this.#address(record, user));
    if (!addressed) return null;
    if (!(await this.#mayGo(record, addressed))) return null;
    const token = addressed.link && (await this.#parts.links.issue(addressed.link, addressed.user, addressed.to));
    const values = { ...this.#values(record, addressed.user), ...(token && { link: this.#url(addressed, token) }) };
    const letter = this.#parts.templates.write(addressed.kind, record.language, values);
    return {
      id: record.id,
      kind: addressed.kind,
      to: addressed.to,
      from: this.#parts.settings.mailFrom ?? null,
      ...letter,
    };
  }

  /** Told here and not where it was asked for: whether there is such an account must not be seen by the time that takes. */
  #note({ facts }: MailRecord, user: UserRecord | null): void {
    const client = { userAgent: facts['userAgent'] ?? null, ipAddress: facts['ipAddress'] ?? null };
    this.#parts.events.audit('password_reset_asked', { userId: user?.id ?? null, client });
  }

  async #address({ kind, to, facts }: MailRecord, user: UserRecord): Promise<Addressed | null> {
    // Or a mail that waits would have a link that outlives the change which ends those that were sent.
    if ((facts['bond'] ?? bondOf(user)) !== bondOf(user)) return null;
    if (kind === 'email_verify') {
      const address = readEmail(to ?? '');
      if (address === null) return null;
      const owner = await this.#parts.store.users.findByEmailKey(address.emailKey);
      const isFree = owner === null || owner.id === user.id;
      if (isFree) return { user, to: address.email, kind, link: kind };
      return { user: owner, to: owner.email ?? address.email, kind: 'email_in_use' };
    }
    const own = user.emailKey === undefined ? null : (user.email ?? null);
    if (kind === 'password_reset' || kind === 'invitation') {
      return own !== null && (await isAllowed(user, this.#parts)) ? { user, to: own, kind, link: kind } : null;
    }
    const address = to ?? own;
    return address === null ? null : { user, to: address, kind };
  }

  /**
   * A mailbox is not flooded, no matter who asks for mails or gives reason for notices, nor does an account flood others. Links that were
   * sent stay good for as long as no more are.
   */
  async #mayGo({ attempts, userId }: MailRecord, { kind, to }: Addressed): Promise<boolean> {
    if (attempts > 1) return true;
    const mailbox = `to ${readEmail(to)?.emailKey ?? to}`;
    return (await this.#budget.take(kind, mailbox)) && (await this.#budget.take(kind, `by ${userId}`));
  }

  #values({ facts, createdAt }: MailRecord, { username }: UserRecord): Values {
    const { host } = new URL(this.#parts.settings.accountUrl ?? DEVELOPMENT_ACCOUNT_URL);
    return {
      ...LIFETIMES,
      username,
      service: host,
      time: `${createdAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
      device: deviceOf(facts['userAgent'] ?? null),
      address: facts['ipAddress'] ?? 'unknown',
    };
  }

  /** Of the setting alone: what a request says about its host is chosen by its sender. */
  #url({ link = 'password_reset' }: Addressed, token: string): string {
    return `${this.#parts.settings.accountUrl ?? DEVELOPMENT_ACCOUNT_URL}#${FRAGMENTS[link]}=${token}`;
  }
}
