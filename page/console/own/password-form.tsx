import { useState, type SubmitEvent } from 'react';
import { PasswordChangeDocument } from '../../generated/console-operations.ts';
import { Field } from '../parts/field.tsx';
import { Outcome } from '../parts/outcome.tsx';
import { Section } from '../parts/section.tsx';
import { useChange } from '../parts/use-change.ts';
import { useConsole } from '../use-console.ts';

/** Changes the password, which ends all other sessions. */
export function PasswordForm() {
  const { api, tokens, noteChange } = useConsole();
  const [currentPassword, setCurrent] = useState('');
  const [newPassword, setNew] = useState('');
  const { isBusy, done, problem, change } = useChange();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    change('The password is changed, and all other sessions are revoked.', async () => {
      const { passwordChange } = await api(PasswordChangeDocument, { currentPassword, newPassword });
      await tokens.save(passwordChange);
      noteChange();
      setCurrent('');
      setNew('');
    });
  };
  return (
    <Section title="Password" about="Changing it revokes all your other sessions.">
      <form onSubmit={submit} className="line">
        <Field
          label="Current password"
          type="password"
          autoComplete="current-password"
          required
          value={currentPassword}
          set={setCurrent}
        />
        <Field
          label="New password"
          type="password"
          autoComplete="new-password"
          required
          value={newPassword}
          set={setNew}
        />
        <button className="primary" aria-disabled={isBusy}>
          Change password
        </button>
      </form>
      <Outcome done={done} problem={problem} />
    </Section>
  );
}
