import { useState, type SubmitEvent } from 'react';
import { UserSetRolesDocument, type WhoFragment } from '../../generated/console-operations.ts';
import { Field } from '../parts/field.tsx';
import { Outcome } from '../parts/outcome.tsx';
import { Section } from '../parts/section.tsx';
import { useChange } from '../parts/use-change.ts';
import { useConsole } from '../use-console.ts';

interface Props {
  readonly user: WhoFragment;
  readonly onChange: () => Promise<void>;
}

/** For admins: the roles of a user. */
export function UserRoles({ user: { id, username, roles }, onChange }: Props) {
  const { api } = useConsole();
  const [role, setRole] = useState('');
  const { isBusy, done, problem, change } = useChange();
  const set = (what: string, next: readonly string[]) =>
    change(what, () => api(UserSetRolesDocument, { id, roles: [...next] }), onChange);
  const add = (event: SubmitEvent) => {
    event.preventDefault();
    const given = role.trim();
    set(`${username} has the role ${given}.`, [...roles, given]);
    setRole('');
  };
  return (
    <Section title="Roles" about="A change takes effect at the next request. They stay signed in.">
      <ul className="rows" aria-label={`Roles of ${username}`}>
        {roles.map((name) => (
          <li key={name}>
            <span>{name}</span>
            <button
              aria-disabled={isBusy}
              aria-label={`Remove role ${name}`}
              onClick={() =>
                set(
                  `${username} no longer has the role ${name}.`,
                  roles.filter((other) => other !== name),
                )
              }
            >
              Remove
            </button>
          </li>
        ))}
      </ul>
      {roles.length === 0 && <p className="quiet">No roles.</p>}
      <form onSubmit={add} className="line">
        <Field label="Role" autoComplete="off" required value={role} set={setRole} />
        <button aria-disabled={isBusy}>Add role</button>
      </form>
      <Outcome done={done} problem={problem} />
    </Section>
  );
}
