import type { Client } from 'graphql-ws';
import { useRef, useState } from 'react';
import {
  SessionRevokeDocument,
  SessionRevokeOthersDocument,
  SessionsDocument,
} from '../generated/console-operations.ts';
import { useTask } from '../problems/use-task.ts';
import { Answered } from './answered.tsx';
import { ConfirmedButton } from './confirmed-button.tsx';
import type { Api } from './create-api.ts';
import { SessionList } from './session-list.tsx';
import { useAnswer } from './use-answer.ts';
import { useSessionEvents } from './use-session-events.ts';

/** The user's own sessions, which can be ended here. */
export function MySessions({ api, socket }: { readonly api: Api; readonly socket: Client }) {
  const answer = useAnswer(api, SessionsDocument, {});
  useSessionEvents(socket, answer.retry);
  const { isBusy, problem, run } = useTask();
  const [done, setDone] = useState('');
  const heading = useRef<HTMLHeadingElement>(null);
  const change = (what: string, request: () => Promise<unknown>) =>
    void run(async () => {
      setDone('');
      try {
        await request();
      } finally {
        await answer.retry(); // also where this fails: somebody else may have ended the session
      }
      setDone(what);
      heading.current?.focus(); // the button that was pressed is gone
    });
  const end = (id: string) => change('The session is ended.', () => api(SessionRevokeDocument, { id }));
  const endOthers = () => change('All other sessions are ended.', () => api(SessionRevokeOthersDocument, {}));
  return (
    <section aria-labelledby="my-sessions">
      <header>
        <h2 id="my-sessions" ref={heading} tabIndex={-1}>
          My sessions
        </h2>
        <ConfirmedButton
          label="End the others"
          question="Sign out everywhere but here?"
          isBusy={isBusy}
          onConfirm={endOthers}
        />
      </header>
      <p role="alert">{problem}</p>
      <p role="status">{done}</p>
      <Answered answer={answer} what="your sessions">
        {({ sessions }) => <SessionList sessions={sessions} isBusy={isBusy} onEnd={end} />}
      </Answered>
    </section>
  );
}
