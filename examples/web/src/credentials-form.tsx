import { useState, type ReactNode, type SyntheticEvent } from 'react';

interface Props {
  /** What the form is for, for screen readers. */
  readonly name: string;
  readonly hasSecondFactor: boolean;
  readonly isBusy: boolean;
  readonly submit: (credentials: { password: string; code: string | null }) => void;
  /** What is on the button. */
  readonly children: ReactNode;
}

/** Asks signed-in users for their password, and for a code where they have a second factor. */
export function CredentialsForm({ name, hasSecondFactor, isBusy, submit, children }: Props) {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');

  function onSubmit(event: SyntheticEvent) {
    event.preventDefault();
    submit({ password, code: hasSecondFactor ? code : null });
    setPassword('');
    setCode('');
  }

  return (
    <form aria-label={name} onSubmit={onSubmit}>
      <label>
        Password
        <input
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={({ target }) => setPassword(target.value)}
        />
      </label>
      {hasSecondFactor && (
        <label>
          Code
          <input autoComplete="one-time-code" required value={code} onChange={({ target }) => setCode(target.value)} />
        </label>
      )}
      <button className="primary" type="submit" aria-disabled={isBusy}>
        {children}
      </button>
    </form>
  );
}
