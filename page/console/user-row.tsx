import { useState } from 'react';
import {
  UserUpdateDocument,
  type UserRowFragment,
  type UserUpdateMutationVariables,
} from '../generated/console-operations.ts';
import { useTask } from '../problems/use-task.ts';
import { ConfirmedButton } from './confirmed-button.tsx';
import type { Api } from './create-api.ts';
import { formatDay, formatMoment } from './times.ts';
import { UserSessions } from './user-sessions.tsx';

interface UserRowProps {
  readonly api: Api;
  readonly user: UserRowFragment;
  /** Whether it is the admin's own account, which the server lets them neither disable nor demote. */
  readonly isOwn: boolean;
  readonly onChange: (user: UserRowFragment) => void;
}

/** An account, with the actions of an admin. */
export function UserRow({ api, user, isOwn, onChange }: UserRowProps) {
  const { id, username, isActive, isAdmin, createdAt, lastLogin } = user;
  const [isOpen, setIsOpen] = useState(false);
  const { isBusy, problem, run } = useTask();
  const change = (changes: Omit<UserUpdateMutationVariables, 'id'>) =>
    void run(async () => {
      const { userUpdate } = await api(UserUpdateDocument, { id, ...changes });
      if (userUpdate === null) throw new Error('This account does not exist any more. Load the page again.');
      onChange(userUpdate);
    });
  return (
    <li aria-label={username}>
      <div className="about">
        <p>
          <strong>{username}</strong>
          {isOwn && <span className="tag">you</span>}
          {isAdmin && <span className="tag good">admin</span>}
          {!isActive && <span className="tag bad">inactive</span>}
        </p>
        <small>
          Since {formatDay(createdAt)}
          {lastLogin !== null && `, last sign-in ${formatMoment(lastLogin)}`}
        </small>
      </div>
      <div className="actions">
        {!isOwn && (
          <>
            <ActiveButton user={user} isBusy={isBusy} onChange={change} />
            <ConfirmedButton
              label={isAdmin ? 'Take admin away' : 'Make admin'}
              question={
                isAdmin ? `Remove the admin role of ${username}?` : `Make ${username} an admin of all accounts?`
              }
              isBusy={isBusy}
              onConfirm={() => change({ isAdmin: !isAdmin })}
            />
          </>
        )}
        <button aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          Sessions
        </button>
      </div>
      <p role="alert">{problem}</p>
      {isOpen && <UserSessions api={api} userId={id} username={username} />}
    </li>
  );
}

interface ActiveButtonProps {
  readonly user: UserRowFragment;
  readonly isBusy: boolean;
  readonly onChange: (changes: { readonly isActive: boolean }) => void;
}

function ActiveButton({ user: { username, isActive }, isBusy, onChange }: ActiveButtonProps) {
  return (
    <ConfirmedButton
      label={isActive ? 'Deactivate' : 'Activate'}
      question={isActive ? `Disable ${username}, and end all their sessions?` : `Let ${username} sign in again?`}
      isBusy={isBusy}
      onConfirm={() => onChange({ isActive: !isActive })}
    />
  );
}
