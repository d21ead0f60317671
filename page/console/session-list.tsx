import type { SessionRowFragment } from '../generated/console-operations.ts';
import { ConfirmedButton } from './confirmed-button.tsx';

const time = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

interface SessionListProps {
  readonly sessions: readonly SessionRowFragment[];
  /** Left out where sessions are not ended one by one. */
  readonly onEnd?: (id: string) => void;
}

/** Sessions with device, address and times. */
export function SessionList({ sessions, onEnd }: SessionListProps) {
  return (
    <ul>
      {sessions.map(({ id, current, createdAt, lastUsedAt, userAgent, ipAddress }) => (
        <li key={id}>
          <span>
            <strong>{userAgent ?? 'An unknown device'}</strong> at {ipAddress ?? 'an unknown address'}, since{' '}
            {time.format(new Date(createdAt))}, last used {time.format(new Date(lastUsedAt))}
          </span>
          {current && <em>This session</em>}
          {!current && onEnd && (
            <ConfirmedButton
              label="End"
              question={`Sign ${userAgent ?? 'this device'} out?`}
              onConfirm={() => onEnd(id)}
            />
          )}
        </li>
      ))}
    </ul>
  );
}
