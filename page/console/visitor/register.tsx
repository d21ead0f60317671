import { useState, type SubmitEvent } from 'react';
import type { RecoveryApi } from '../../../src/client/recovery.ts';
import { Field } from '../parts/field.tsx';
import { Outcome } from '../parts/outcome.tsx';
import { useChange } from '../parts/use-change.ts';

interface Props {
  readonly recovery: RecoveryApi;
  readonly hasEmail: boolean;
  readonly onBack: () => void;
}

/** Creates an account, where everybody may. */
export function Register({ recovery, hasEmail, onBack }: Props) {
  const [username, setUsername] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const { isBusy, done, problem, change } = useChange();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const sent = email === '' ? '' : ` Open the link that was sent to ${email}.`;
    change(`The account ${username} is created. Sign in with it.${sent}`, () =>
      recovery.register({ username, password, ...(email !== '' && { email }) }),
    );
  };
  return (
    <section className="card" aria-labelledby="register">
      <h2 id="register">Create an account</h2>
      <form onSubmit={submit}>
        <Field
          label="Username"
          autoComplete="username"
          autoCapitalize="none"
          required
          value={username}
          set={setUsername}
        />
        {hasEmail && <Field label="E-mail address" type="email" autoComplete="email" value={email} set={setEmail} />}
        <Field
          label="New password"
          type="password"
          autoComplete="new-password"
          required
          value={password}
          set={setPassword}
          hint="At least 8 characters, and not easy to guess."
        />
        <button className="primary" aria-disabled={isBusy}>
          Create account
        </button>
      </form>
      <Outcome done={done} problem={problem} />
      <button onClick={onBack}>Back to sign-in</button>
    </section>
  );
}
