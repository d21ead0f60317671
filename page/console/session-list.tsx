import { useState } from 'react';
import type { SessionRowFragment } from '../generated/console-operations.ts';
import { ConfirmedButton } from './confirmed-button.tsx';
import { GrowingList } from './growing-list.tsx';
import { formatMoment } from './times.ts';

/** Sessions shown at a time. The API returns all sessions of a user at once. */
const PAGE = 20;

interface SessionListProps {
  readonly sessions: readonly SessionRowFragment[];
  readonly isBusy: boolean;
  readonly onEnd: (id: string) => void;
}

/** Sessions with device, address and times, a page at a time. */
export function SessionList({ sessions, isBusy, onEnd }: SessionListProps) {
  const [limit, setLimit] = useState(PAGE);
  const shown = sessions.slice(0, limit);
  const rest = sessions.length - shown.length;
  const more = rest === 0 ? null : `Show ${Math.min(rest, PAGE)} more of ${rest}`;
  return (
    <GrowingList count={shown.length} more={more} onMore={() => setLimit(limit + PAGE)}>
      {shown.map(({ id, current, createdAt, lastUsedAt, userAgent, ipAddress, replays }) => (
        <li key={id}>
          <div className="about">
            <span>{userAgent ?? 'An unknown device'}</span>
            <small>
              {ipAddress ?? 'An unknown address'}, since {formatMoment(createdAt)}, last used {formatMoment(lastUsedAt)}
            </small>
            {replays && (
              <small>
                Two programs may hold its tokens: for {replays.rotations} refreshes in a row,{' '}
                {named(replays.refreshedBy)} and {named(replays.replayedBy)} used the same one. If you know only one of
                them, end the session.
              </small>
            )}
          </div>
          {current ? (
            <span className="tag good">This session</span>
          ) : (
            <ConfirmedButton
              label="End"
              question={`Sign ${userAgent ?? 'this device'} out?`}
              isBusy={isBusy}
              onConfirm={() => onEnd(id)}
            />
          )}
        </li>
      ))}
    </GrowingList>
  );
}

const named = ({ userAgent, ipAddress }: NonNullable<SessionRowFragment['replays']>['refreshedBy']): string =>
  `${userAgent ?? 'an unknown program'} at ${ipAddress ?? 'an unknown address'}`;
