import { useMutation, useQuery } from '@apollo/client/react';
import { useRef, useState } from 'react';
import { isUnanswered } from './connection.ts';
import { deviceName } from './device-name.ts';
import {
  SessionRevokeDocument,
  SessionRevokeOthersDocument,
  SessionsDocument,
  type SessionsQuery,
} from './generated/operations.ts';
import { Moment } from './moment.tsx';
import { useLiveSessions } from './use-live-sessions.ts';
import { useTask } from './use-task.ts';

type Session = SessionsQuery['sessions'][number];

const THEN_LIST = { refetchQueries: [SessionsDocument], awaitRefetchQueries: true };

/** Where the user is signed in, and how to end that. */
export function SessionList({ signOutEverywhere }: { readonly signOutEverywhere: () => void }) {
  const { data: latest, previousData, error } = useQuery(SessionsDocument);
  useLiveSessions();
  const [revoke] = useMutation(SessionRevokeDocument, THEN_LIST);
  const [revokeOthers] = useMutation(SessionRevokeOthersDocument, THEN_LIST);
  const { isBusy, problem, run } = useTask();
  const [outcome, setOutcome] = useState('');
  const heading = useRef<HTMLHeadingElement>(null);
  const sessions = (latest ?? previousData)?.sessions;

  async function end({ id, userAgent }: Session) {
    setOutcome('');
    await revoke({ variables: { id } });
    setOutcome(`${deviceName(userAgent)} is signed out.`);
    heading.current?.focus(); // the button that had it is gone
  }

  async function endOthers() {
    setOutcome('');
    const { data } = await revokeOthers();
    const count = data?.sessionRevokeOthers ?? 0;
    setOutcome(count === 1 ? 'One other device is signed out.' : `${count} other devices are signed out.`);
  }

  return (
    <section className="card" aria-labelledby="sessions">
      <h2 id="sessions" ref={heading} tabIndex={-1}>
        Where you are signed in
      </h2>
      {sessions === undefined && error === undefined && <p className="quiet">Loading…</p>}
      {error && !isUnanswered(error) && <p className="problem">{error.message}</p>}
      <ul className="sessions">
        {sessions?.map((session) => (
          <SessionItem key={session.id} session={session} isBusy={isBusy} end={() => void run(() => end(session))} />
        ))}
      </ul>
      <p role="status" className="quiet">
        {outcome}
      </p>
      <p role="alert" className="problem">
        {problem}
      </p>
      <div className="row">
        <button type="button" onClick={() => void run(endOthers)} aria-disabled={isBusy}>
          Sign out everywhere else
        </button>
        <button type="button" className="danger" onClick={signOutEverywhere}>
          Sign out everywhere
        </button>
      </div>
    </section>
  );
}

interface ItemProps {
  readonly session: Session;
  readonly isBusy: boolean;
  readonly end: () => void;
}

function SessionItem({ session, isBusy, end }: ItemProps) {
  const device = deviceName(session.userAgent);
  return (
    <li>
      <div>
        <h3>
          {device} {session.current && <span className="badge">this device</span>}
        </h3>
        <dl>
          <dt>Address</dt>
          <dd>{session.ipAddress ?? 'not known'}</dd>
          <dt>Signed in</dt>
          <dd>
            <Moment at={session.createdAt} />
          </dd>
          <dt>Last used</dt>
          <dd>
            <Moment at={session.lastUsedAt} />
          </dd>
        </dl>
      </div>
      {!session.current && (
        <button type="button" onClick={end} aria-disabled={isBusy} aria-label={`End ${device}`}>
          End
        </button>
      )}
    </li>
  );
}
