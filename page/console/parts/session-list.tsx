import { useState, type ReactNode } from 'react';
import type { SessionRowFragment } from '../../generated/console-operations.ts';
import { ConfirmedButton } from './confirmed-button.tsx';
import { deviceOf, RawDevice } from './device.tsx';
import { GrowingList } from './growing-list.tsx';
import { formatMoment } from './times.ts';

/** Sessions shown at a time. The API returns all sessions of a user at once. */
const PAGE = 20;

interface SessionListProps {
  readonly sessions: readonly SessionRowFragment[];
  readonly isBusy: boolean;
  readonly onRevoke: (id: string) => void;
  /** What else can be done with one. */
  readonly tools?: (session: SessionRowFragment) => ReactNode;
}

/** Sessions with device, address and times, a page at a time. */
export function SessionList({ sessions, isBusy, onRevoke, tools }: SessionListProps) {
  const [limit, setLimit] = useState(PAGE);
  const shown = sessions.slice(0, limit);
  const rest = sessions.length - shown.length;
  const more = rest === 0 ? null : `Show ${Math.min(rest, PAGE)} more of ${rest}`;
  return (
    <GrowingList count={shown.length} more={more} onMore={() => setLimit(limit + PAGE)}>
      {shown.map((session) => (
        <li key={session.id} aria-label={deviceOf(session)}>
          <AboutSession session={session} />
          <div className="actions">
            {tools?.(session)}
            {session.current ? (
              <span className="tag good">This session</span>
            ) : (
              <ConfirmedButton
                label="Revoke"
                question={`Revoke the session of ${deviceOf(session)}?`}
                consequence="The device is signed out at once."
                isBusy={isBusy}
                isDanger
                onConfirm={() => onRevoke(session.id)}
              />
            )}
          </div>
        </li>
      ))}
    </GrowingList>
  );
}

function AboutSession({ session }: { readonly session: SessionRowFragment }) {
  const { createdAt, lastUsedAt, ipAddress, lastIpAddress, replays } = session;
  const moved = lastIpAddress !== null && lastIpAddress !== ipAddress ? `, last from ${lastIpAddress}` : '';
  return (
    <div className="about">
      <strong>{deviceOf(session)}</strong>
      <small>
        {ipAddress ?? 'Address unknown'}
        {moved}, signed in {formatMoment(createdAt)}, last used {formatMoment(lastUsedAt)}
      </small>
      {replays && (
        <small className="warn">
          Two clients may hold its tokens: for {replays.rotations} refreshes in a row, {named(replays.refreshedBy)} and{' '}
          {named(replays.replayedBy)} used the same one. If you know only one of them, revoke the session.
        </small>
      )}
      <RawDevice userAgent={session.userAgent} />
    </div>
  );
}

const named = (client: NonNullable<SessionRowFragment['replays']>['refreshedBy']): string =>
  `${deviceOf(client)} at ${client.ipAddress ?? 'an unknown address'}`;
