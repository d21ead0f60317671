import { deviceOf } from './device.tsx';
import { formatMoment } from './times.ts';
import { linkTo } from '../shell/use-route.ts';

/** What happened, in words. Others are shown by their name. */
const WORDS: Readonly<Record<string, string>> = {
  sign_in: 'Signed in',
  new_device: 'Signed in with a new device',
  token_reused: 'Superseded token used; the session was revoked',
  token_replayed: 'Two clients seem to hold the same token',
  sessions_ended: 'Sessions ended',
  password_changed: 'Password changed',
  password_reset: 'Password set by a link',
  password_reset_asked: 'Link for a new password asked for',
  email_change_asked: 'New e-mail address asked for',
  email_verified: 'E-mail address verified',
  email_changed: 'E-mail address changed',
  user_enabled: 'Account activated',
  user_disabled: 'Account deactivated',
  admin_granted: 'Made an admin',
  admin_revoked: 'Admin role removed',
  roles_changed: 'Roles changed',
  key_rotated: 'Key ring rotated',
  guessing_suspected: 'Password guessing suspected; unknown addresses have to wait',
  recovery_code_used: 'Recovery code used',
  recovery_codes_renewed: 'New recovery codes',
  second_factor_added: 'Second factor added',
  second_factor_removed: 'Second factor removed',
  second_factor_failed: 'Wrong code after the right password',
  stepped_up: 'Confirmed that it is them',
  account_exported: 'Data exported',
};

const wordsFor = (event: string): string => WORDS[event] ?? event.replaceAll('_', ' ');

interface Happened {
  readonly id: string;
  readonly event: string;
  readonly at: string;
  readonly client: { readonly userAgent: string | null; readonly ipAddress: string | null };
  readonly userId?: string;
  readonly username?: string | null;
  readonly actorId?: string | null;
  readonly actorName?: string | null;
}

interface Props {
  readonly events: readonly Happened[];
  /** Whether each says whose account it is about. */
  readonly isNamed?: boolean;
}

/** What happened, the newest first. */
export const EventRows = ({ events, isNamed = false }: Props) =>
  events.map((event) => (
    <li key={event.id}>
      <div className="about">
        <span>
          {isNamed && event.userId !== undefined && (
            <>
              <a href={linkTo('users', event.userId)}>{event.username ?? 'Deleted account'}</a>:{' '}
            </>
          )}
          {wordsFor(event.event)}
          {event.actorId != null && event.actorId !== event.userId && (
            <>
              {' '}
              by <a href={linkTo('users', event.actorId)}>{event.actorName ?? 'a deleted account'}</a>
            </>
          )}
        </span>
        <small>
          {formatMoment(event.at)}, {deviceOf(event.client)}, {event.client.ipAddress ?? 'address unknown'}
        </small>
      </div>
    </li>
  ));

export function EventList(props: Props) {
  return (
    <ul className="rows">
      <EventRows {...props} />
    </ul>
  );
}
