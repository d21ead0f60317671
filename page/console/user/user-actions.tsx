import { useState, type SubmitEvent } from 'react';
import {
  PasswordResetRequestDocument,
  UserSetPasswordDocument,
  UserUpdateDocument,
  type WhoFragment,
} from '../../generated/console-operations.ts';
import { ConfirmedButton } from '../parts/confirmed-button.tsx';
import { Field } from '../parts/field.tsx';
import { Outcome } from '../parts/outcome.tsx';
import { Section } from '../parts/section.tsx';
import { useChange } from '../parts/use-change.ts';
import { useConsole } from '../use-console.ts';

interface Props {
  readonly user: WhoFragment;
  readonly onChange: () => Promise<void>;
}

/** For admins: what helps a user, or gives them something. */
export function UserActions({ user, onChange }: Props) {
  const { api, features } = useConsole();
  const { id, username, email, isActive, isAdmin } = user;
  const { isBusy, done, problem, change } = useChange();
  return (
    <Section title="Actions">
      <div className="actions">
        {!isActive && (
          <ConfirmedButton
            label="Activate"
            question={`Let ${username} sign in again?`}
            isBusy={isBusy}
            onConfirm={() =>
              change(`${username} can sign in.`, () => api(UserUpdateDocument, { id, isActive: true }), onChange)
            }
          />
        )}
        {!isAdmin && (
          <ConfirmedButton
            label="Make admin"
            question={`Make ${username} an admin?`}
            consequence="They can change all accounts but their own, yours included."
            isBusy={isBusy}
            onConfirm={() =>
              change(`${username} is an admin.`, () => api(UserUpdateDocument, { id, isAdmin: true }), onChange)
            }
          />
        )}
        {features.has('passwordReset') && email !== null && (
          <ConfirmedButton
            label="Send reset link"
            question={`Send ${username} a link to set a new password?`}
            consequence={`It goes to ${email} and works for 30 minutes. The current password stays good until it is used.`}
            isBusy={isBusy}
            onConfirm={() =>
              change(`A link was sent to ${email}.`, () =>
                api(PasswordResetRequestDocument, { usernameOrEmail: username }),
              )
            }
          />
        )}
      </div>
      <Outcome done={done} problem={problem} />
      {features.has('userAdministration') && <SetPassword user={user} />}
    </Section>
  );
}

function SetPassword({ user: { id, username } }: { readonly user: WhoFragment }) {
  const { api } = useConsole();
  const [newPassword, setNewPassword] = useState('');
  const { isBusy, done, problem, change } = useChange();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    change(`The password of ${username} is set, and their sessions are revoked.`, async () => {
      await api(UserSetPasswordDocument, { id, newPassword });
      setNewPassword('');
    });
  };
  return (
    <form onSubmit={submit} className="line">
      <Field
        label={`New password of ${username}`}
        type="password"
        autoComplete="new-password"
        required
        value={newPassword}
        set={setNewPassword}
      />
      <button aria-disabled={isBusy}>Set password</button>
      <Outcome done={done} problem={problem} />
    </form>
  );
}
