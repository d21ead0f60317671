import type { Clock } from '../../contracts/clock.ts';
import type { Events } from '../../contracts/events.ts';
import type { Hooks } from '../../contracts/hooks.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { Store } from '../../contracts/store/store.ts';
import { Letters } from '../mail/letters.ts';
import { Links } from '../mail/links.ts';
import { Mailer, type SendMail } from '../mail/mailer.ts';
import { Templates } from '../mail/templates.ts';
import type { SessionService } from '../sessions/session-service.ts';
import type { PasswordHasher } from '../users/password-hasher.ts';
import type { UserService } from '../users/user-service.ts';
import { Recovery } from './recovery.ts';

/** What addresses, links and mail are made of. */
export interface OpeningParts {
  readonly store: Store;
  readonly settings: Settings;
  readonly hooks: Hooks;
  readonly clock: Clock;
  readonly events: Events;
  readonly users: UserService;
  readonly sessions: SessionService;
  readonly hasher: PasswordHasher;
  /** In place of the hook and of `SMTP_URL`. */
  readonly sendMail?: SendMail | undefined;
}

/** What is there where accounts have addresses. */
export interface OpenedRecovery {
  readonly recovery: Recovery;
  readonly mailer: Mailer;
  close(): Promise<void>;
}

/**
 * Puts together what is there with `EMAIL` alone.
 *
 * @throws SettingsError if a template is not as it should be
 */
export async function openRecovery(parts: OpeningParts): Promise<OpenedRecovery> {
  const { settings, hooks } = parts;
  const templates = await Templates.open(settings.mailTemplates);
  const given = hooks.sendMail ?? parts.sendMail;
  const smtp =
    given === undefined && settings.smtpUrl !== undefined
      ? (await import('../mail/smtp.ts')).smtpSender(settings.smtpUrl)
      : null;
  const links = new Links(parts);
  const letters = new Letters({ ...parts, links, templates });
  const mailer = new Mailer({ ...parts, letters, send: given ?? (smtp && ((mail) => smtp.send(mail))) });
  const recovery = new Recovery({ ...parts, links, mailer });
  return {
    recovery,
    mailer,
    close: async () => {
      await mailer.close();
      smtp?.close();
    },
  };
}
