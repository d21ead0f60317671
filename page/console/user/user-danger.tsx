import {
  UserDeleteDocument,
  UserRemoveSecondFactorDocument,
  UserUpdateDocument,
  type WhoFragment,
} from '../../generated/console-operations.ts';
import { ConfirmedButton } from '../parts/confirmed-button.tsx';
import { Outcome } from '../parts/outcome.tsx';
import { Section } from '../parts/section.tsx';
import { useChange } from '../parts/use-change.ts';
import { goTo } from '../shell/use-route.ts';
import { useConsole } from '../use-console.ts';

interface Props {
  readonly user: WhoFragment;
  readonly onChange: () => Promise<void>;
}

/** For admins: what takes something from a user. It stands apart from what helps them. */
export function UserDanger({ user, onChange }: Props) {
  const { api, features } = useConsole();
  const { id, username, isActive, isAdmin } = user;
  const { isBusy, done, problem, change } = useChange();
  return (
    <Section title="Danger zone" isDanger>
      <div className="actions">
        {isActive && (
          <ConfirmedButton
            label="Deactivate"
            question={`Deactivate ${username}?`}
            consequence="They are signed out everywhere, and cannot sign in until an admin activates the account."
            isBusy={isBusy}
            isDanger
            onConfirm={() =>
              change(`${username} is deactivated.`, () => api(UserUpdateDocument, { id, isActive: false }), onChange)
            }
          />
        )}
        {isAdmin && (
          <ConfirmedButton
            label="Remove admin"
            question={`Remove the admin role of ${username}?`}
            isBusy={isBusy}
            isDanger
            onConfirm={() =>
              change(
                `${username} is no admin any more.`,
                () => api(UserUpdateDocument, { id, isAdmin: false }),
                onChange,
              )
            }
          />
        )}
        {features.has('secondFactor') && (
          <ConfirmedButton
            label="Remove second factor"
            question={`Remove the second factor of ${username}?`}
            consequence="For those who lost their device and recovery codes. First make sure that it is this user who asks."
            isBusy={isBusy}
            isDanger
            onConfirm={() =>
              change('Sign-ins ask for the password alone.', () => api(UserRemoveSecondFactorDocument, { id }))
            }
          />
        )}
        {features.has('userAdministration') && (
          <ConfirmedButton
            label="Delete user"
            question={`Delete ${username} for good?`}
            consequence="The account, its sessions and its events are removed. This cannot be undone."
            isBusy={isBusy}
            isDanger
            onConfirm={() => change('', () => api(UserDeleteDocument, { id }).then(() => goTo('users')))}
          />
        )}
      </div>
      <Outcome done={done} problem={problem} />
    </Section>
  );
}
