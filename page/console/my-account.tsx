import { useRef, useState, type SubmitEvent } from 'react';
import type { TokenStore } from '../../src/client/index.ts';
import { useTask } from '../problems/use-task.ts';
import {
  PasswordChangeDocument,
  SessionRevokeDocument,
  SessionRevokeOthersDocument,
  SessionsDocument,
} from '../generated/console-operations.ts';
import { ConfirmedButton } from './confirmed-button.tsx';
import type { Api } from './create-api.ts';
import { SessionList } from './session-list.tsx';
import { useAnswer } from './use-answer.ts';

/** Where the user is signed in, and how to end that. */
export function MySessions({ api }: { readonly api: Api }) {
  const { data, problem, reload } = useAnswer(api, SessionsDocument, {});
  const task = useTask();
  const [done, setDone] = useState('');
  const heading = useRef<HTMLHeadingElement>(null);
  const finish = async (what: string) => {
    await reload();
    setDone(what);
    heading.current?.focus(); // the button that was pressed is gone
  };
  const end = (id: string) =>
    void task.run(() => api(SessionRevokeDocument, { id }).then(() => finish('The session is ended.')));
  const endOthers = () =>
    void task.run(() => api(SessionRevokeOthersDocument, {}).then(() => finish('All other sessions are ended.')));
  return (
    <section aria-labelledby="my-sessions">
      <h2 id="my-sessions" ref={heading} tabIndex={-1}>
        My sessions
      </h2>
      <SessionList sessions={data?.sessions ?? []} onEnd={end} />
      <ConfirmedButton label="End the others" question="Sign out everywhere but here?" onConfirm={endOthers} />
      <p role="status">{done}</p>
      <p role="alert">{task.problem ?? problem}</p>
    </section>
  );
}

/** Changes the password, which ends all other sessions. */
export function PasswordForm({ api, tokens }: { readonly api: Api; readonly tokens: TokenStore }) {
  const [currentPassword, setCurrent] = useState('');
  const [newPassword, setNew] = useState('');
  const [isDone, setIsDone] = useState(false);
  const { isBusy, problem, run } = useTask();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setIsDone(false);
    void run(async () => {
      const { passwordChange } = await api(PasswordChangeDocument, { currentPassword, newPassword });
      await tokens.save(passwordChange);
      setCurrent('');
      setNew('');
      setIsDone(true);
    });
  };
  return (
    <section aria-labelledby="password">
      <h2 id="password">Password</h2>
      <form onSubmit={submit}>
        <label>
          Current password
          <input
            type="password"
            value={currentPassword}
            onChange={(event) => setCurrent(event.target.value)}
            autoComplete="current-password"
            required
          />
        </label>
        <label>
          New password
          <input
            type="password"
            value={newPassword}
            onChange={(event) => setNew(event.target.value)}
            autoComplete="new-password"
            required
          />
        </label>
        <button aria-disabled={isBusy}>Change password</button>
      </form>
      <p role="status">{isDone && 'The password is changed, and all other sessions are ended.'}</p>
      <p role="alert">{problem}</p>
    </section>
  );
}
