import type { Mailer } from './mail/mailer.ts';
import type { Notices } from './notices/notices.ts';
import type { OpeningParts } from './recovery/open-recovery.ts';
import type { Recovery } from './recovery/recovery.ts';

/** What is there only where a setting turns it on. */
export interface OptionalParts {
  readonly recovery: Recovery | null;
  readonly notices: Notices | null;
  readonly mailer: Mailer | null;
  close(): Promise<void>;
}

/**
 * Loads and opens the rooms that a setting turns on, and no others.
 *
 * @throws SettingsError
 */
export async function openOptional(
  parts: OpeningParts & { readonly report: (error: unknown) => void },
): Promise<OptionalParts> {
  const { settings } = parts;
  const opened = settings.email ? await (await import('./recovery/open-recovery.ts')).openRecovery(parts) : null;
  const { recovery = null, mailer = null } = opened ?? {};
  const notices = settings.notices ? new (await import('./notices/notices.ts')).Notices({ ...parts, mailer }) : null;
  return { recovery, notices, mailer, close: async () => opened?.close() };
}
