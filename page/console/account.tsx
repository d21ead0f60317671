import { useState } from 'react';
import type { TokenStore } from '../../src/client/index.ts';
import { Bar } from '../bar/bar.tsx';
import { MeDocument } from '../generated/console-operations.ts';
import { useTask } from '../problems/use-task.ts';
import { createSocket } from '../sockets.ts';
import { Activity } from './activity.tsx';
import { Answered } from './answered.tsx';
import type { Api } from './create-api.ts';
import { Keys } from './keys.tsx';
import { MySessions } from './my-sessions.tsx';
import { PasswordForm } from './password-form.tsx';
import { TIME_ZONE } from './times.ts';
import { useAnswer } from './use-answer.ts';
import { Users } from './users.tsx';

interface AccountProps {
  readonly tokens: TokenStore;
  readonly api: Api;
  readonly sessionId: string | null;
  readonly signOut: () => Promise<void>;
}

/** The view of a signed-in user. */
export function Account({ tokens, api, sessionId, signOut }: AccountProps) {
  const [socket] = useState(() => createSocket(tokens));
  const answer = useAnswer(api, MeDocument, {});
  const { isBusy, problem, run } = useTask();
  return (
    <>
      <Bar name="console">
        <p className="problem" role="alert">
          {problem}
        </p>
        <div className="signed-in">
          <p className="user">
            <span className="visually-hidden">Signed in as</span> {answer.data?.me.username}
          </p>
          <button aria-disabled={isBusy} onClick={() => void run(signOut)}>
            Sign out
          </button>
        </div>
      </Bar>
      <main className="console">
        <MySessions key={sessionId} api={api} socket={socket} />
        <PasswordForm api={api} tokens={tokens} />
        <Answered answer={answer} what="your account">
          {({ me }) =>
            me.isAdmin && (
              <>
                <Users api={api} myId={me.id} />
                <Keys api={api} />
                <Activity api={api} />
              </>
            )
          }
        </Answered>
        <footer>Times are in the time zone of this browser, {TIME_ZONE}.</footer>
      </main>
    </>
  );
}
