import { useState, type SubmitEvent } from 'react';
import type { TokenStore } from '../../src/client/index.ts';
import { PasswordChangeDocument } from '../generated/console-operations.ts';
import { useTask } from '../problems/use-task.ts';
import type { Api } from './create-api.ts';

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
        <button className="primary" aria-disabled={isBusy}>
          Change password
        </button>
      </form>
      <p role="status">{isDone && 'The password is changed, and all other sessions are ended.'}</p>
      <p role="alert">{problem}</p>
    </section>
  );
}
