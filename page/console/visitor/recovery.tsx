import { useEffect, useRef, useState, type SubmitEvent } from 'react';
import type { RecoveryApi } from '../../../src/client/recovery.ts';
import { Field } from '../parts/field.tsx';
import { Outcome } from '../parts/outcome.tsx';
import { useChange } from '../parts/use-change.ts';

/** Asks for a link by mail. */
export function AskForReset({ recovery, onBack }: { readonly recovery: RecoveryApi; readonly onBack: () => void }) {
  const [name, setName] = useState('');
  const { isBusy, done, problem, change } = useChange();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    change('If there is such an account, a link was sent to its e-mail address. It works for 30 minutes.', () =>
      recovery.requestPasswordReset(name),
    );
  };
  return (
    <section className="card" aria-labelledby="forgot">
      <h2 id="forgot">Forgot your password?</h2>
      <form onSubmit={submit}>
        <Field label="Username or e-mail address" autoComplete="username" required value={name} set={setName} />
        <button className="primary" aria-disabled={isBusy}>
          Send link
        </button>
      </form>
      <Outcome done={done} problem={problem} />
      <button onClick={onBack}>Back to sign-in</button>
    </section>
  );
}

interface LinkProps {
  readonly recovery: RecoveryApi;
  readonly token: string;
  readonly onDone: () => void;
}

/** Sets a password by the link of a mail. */
export function ResetPassword({ recovery, token, onDone }: LinkProps) {
  const [newPassword, setNewPassword] = useState('');
  const { isBusy, done, problem, change } = useChange();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    change('The password is set, and all your sessions have ended.', () => recovery.resetPassword(token, newPassword));
  };
  return (
    <section className="card" aria-labelledby="reset">
      <h2 id="reset">Set a new password</h2>
      {done === '' && (
        <form onSubmit={submit}>
          <Field
            label="New password"
            type="password"
            autoComplete="new-password"
            required
            value={newPassword}
            set={setNewPassword}
          />
          <button className="primary" aria-disabled={isBusy}>
            Set password
          </button>
        </form>
      )}
      <Outcome done={done} problem={problem} />
      <button onClick={onDone}>Go to sign-in</button>
    </section>
  );
}

/** Verifies an address by the link of a mail. */
export function VerifyEmail({ recovery, token, onDone }: LinkProps) {
  const [address, setAddress] = useState<string | null>(null);
  const { problem, change } = useChange();
  const asked = useRef(false);
  useEffect(() => {
    if (asked.current) return; // the link works once
    asked.current = true;
    change('', async () => setAddress(await recovery.verifyEmail(token)));
  });
  return (
    <section className="card" aria-labelledby="verify">
      <h2 id="verify">E-mail address</h2>
      <Outcome
        done={address === null ? '' : `${address} is now the e-mail address of your account.`}
        problem={problem}
      />
      <button className="primary" onClick={onDone}>
        Continue
      </button>
    </section>
  );
}
