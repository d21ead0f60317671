import { useState, type SubmitEvent } from 'react';
import { UserCreateDocument, UserInviteDocument } from '../../generated/console-operations.ts';
import { useTask } from '../../problems/use-task.ts';
import { Field } from '../parts/field.tsx';
import { Modal } from '../parts/modal.tsx';
import { goTo } from '../shell/use-route.ts';
import { useConsole } from '../use-console.ts';

/** Creates an account: by an invitation where accounts have addresses, otherwise with a first password. */
export function AddUser() {
  const { features } = useConsole();
  const [isOpen, setIsOpen] = useState(false);
  const isInvited = features.has('email');
  const title = isInvited ? 'Invite user' : 'Add user';
  return (
    <>
      <button className="primary" onClick={() => setIsOpen(true)}>
        {title}
      </button>
      <Modal title={title} isOpen={isOpen} onClose={() => setIsOpen(false)}>
        <AddUserForm isInvited={isInvited} title={title} onClose={() => setIsOpen(false)} />
      </Modal>
    </>
  );
}

interface FormProps {
  readonly isInvited: boolean;
  readonly title: string;
  readonly onClose: () => void;
}

function AddUserForm({ isInvited, title, onClose }: FormProps) {
  const { api } = useConsole();
  const [username, setUsername] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const { isBusy, problem, run } = useTask();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run(async () => {
      const user = isInvited
        ? (await api(UserInviteDocument, { username, email })).userInvite
        : (await api(UserCreateDocument, { username, password })).userCreate;
      onClose();
      goTo('users', user.id);
    });
  };
  return (
    <form onSubmit={submit}>
      <Field label="Username" autoComplete="off" autoCapitalize="none" required value={username} set={setUsername} />
      {isInvited ? (
        <Field
          label="E-mail address"
          type="email"
          required
          value={email}
          set={setEmail}
          hint="They get a link to choose a password, which works for a week."
        />
      ) : (
        <Field
          label="First password"
          type="password"
          autoComplete="new-password"
          required
          value={password}
          set={setPassword}
          hint="At least 8 characters, and not easy to guess. Ask them to change it."
        />
      )}
      <p role="alert">{problem}</p>
      <div className="actions">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button className="primary" aria-disabled={isBusy}>
          {title}
        </button>
      </div>
    </form>
  );
}
