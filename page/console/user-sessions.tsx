import { useRef } from 'react';
import {
  UserRevokeSessionsDocument,
  UserSessionRevokeDocument,
  UserSessionsDocument,
} from '../generated/console-operations.ts';
import { useTask } from '../problems/use-task.ts';
import { Answered } from './answered.tsx';
import { ConfirmedButton } from './confirmed-button.tsx';
import type { Api } from './create-api.ts';
import { SessionList } from './session-list.tsx';
import { useAnswer } from './use-answer.ts';

interface UserSessionsProps {
  readonly api: Api;
  readonly userId: string;
  readonly username: string;
}

/** For admins: the sessions of a user, which can be ended here. */
export function UserSessions({ api, userId, username }: UserSessionsProps) {
  const answer = useAnswer(api, UserSessionsDocument, { userId });
  const { isBusy, problem, run } = useTask();
  const place = useRef<HTMLDivElement>(null);
  const change = (request: () => Promise<unknown>) =>
    void run(async () => {
      try {
        await request();
      } finally {
        await answer.retry();
      }
      place.current?.focus(); // the button that was pressed may be gone
    });
  const end = (id: string) => change(() => api(UserSessionRevokeDocument, { userId, id }));
  const endAll = () => change(() => api(UserRevokeSessionsDocument, { userId }));
  return (
    <div ref={place} tabIndex={-1} role="group" aria-label={`Sessions of ${username}`} className="inner">
      <Answered
        answer={answer}
        what={`the sessions of ${username}`}
        summary={({ userSessions }) => (userSessions.length === 0 ? 'No sessions.' : '')}
      >
        {({ userSessions }) =>
          userSessions.length > 0 && (
            <>
              <SessionList sessions={userSessions} isBusy={isBusy} onEnd={end} />
              <ConfirmedButton
                label="End all sessions"
                question={`Sign ${username} out everywhere?`}
                isBusy={isBusy}
                onConfirm={endAll}
              />
            </>
          )
        }
      </Answered>
      <p role="alert">{problem}</p>
    </div>
  );
}
