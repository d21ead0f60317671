import { useState } from 'react';
import { useTask } from '../problems/use-task.ts';
import {
  UserRevokeSessionsDocument,
  UsersDocument,
  UserSessionsDocument,
  UserUpdateDocument,
  type UsersQuery,
  type UserUpdateMutationVariables,
} from '../generated/console-operations.ts';
import { ConfirmedButton } from './confirmed-button.tsx';
import type { Api } from './create-api.ts';
import { SessionList } from './session-list.tsx';
import { useAnswer } from './use-answer.ts';

type User = UsersQuery['users']['nodes'][number];

/** For admins: the accounts, page by page. */
export function Users({ api }: { readonly api: Api }) {
  const [search, setSearch] = useState('');
  const [after, setAfter] = useState<string | null>(null);
  const { data, problem, reload } = useAnswer(api, UsersDocument, { search: search === '' ? null : search, after });
  const { hasNextPage, endCursor } = data?.users.pageInfo ?? { hasNextPage: false, endCursor: null };
  const find = (text: string) => {
    setSearch(text);
    setAfter(null);
  };
  return (
    <section aria-labelledby="users">
      <h2 id="users">Users</h2>
      <label>
        Name begins with
        <input type="search" value={search} onChange={(event) => find(event.target.value)} />
      </label>
      <ul>
        {data?.users.nodes.map((user) => (
          <UserRow key={user.id} api={api} user={user} reload={reload} />
        ))}
      </ul>
      {after !== null && <button onClick={() => setAfter(null)}>First page</button>}
      {hasNextPage && <button onClick={() => setAfter(endCursor)}>Next page</button>}
      <p role="alert">{problem}</p>
    </section>
  );
}

interface UserRowProps {
  readonly api: Api;
  readonly user: User;
  readonly reload: () => Promise<void>;
}

function UserRow({ api, user: { id, username, isActive, isAdmin }, reload }: UserRowProps) {
  const [isOpen, setIsOpen] = useState(false);
  const { problem, run } = useTask();
  const change = (change: Omit<UserUpdateMutationVariables, 'id'>) =>
    void run(() => api(UserUpdateDocument, { id, ...change }).then(reload));
  return (
    <li aria-label={username}>
      <strong>{username}</strong>
      {isAdmin && <span>admin</span>}
      {!isActive && <span>inactive</span>}
      {isActive ? (
        <ConfirmedButton
          label="Deactivate"
          question={`Shut ${username} out, and end all their sessions?`}
          onConfirm={() => change({ isActive: false })}
        />
      ) : (
        <button onClick={() => change({ isActive: true })}>Activate</button>
      )}
      <ConfirmedButton
        label={isAdmin ? 'Take admin away' : 'Make admin'}
        question={isAdmin ? `Is ${username} to be no admin any more?` : `May ${username} administer all accounts?`}
        onConfirm={() => change({ isAdmin: !isAdmin })}
      />
      <button aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
        Sessions
      </button>
      {isOpen && <UserSessions api={api} userId={id} />}
      <p role="alert">{problem}</p>
    </li>
  );
}

function UserSessions({ api, userId }: { readonly api: Api; readonly userId: string }) {
  const { data, problem, reload } = useAnswer(api, UserSessionsDocument, { userId });
  const task = useTask();
  const endAll = () => void task.run(() => api(UserRevokeSessionsDocument, { userId }).then(reload));
  return (
    <div>
      {data?.userSessions.length === 0 ? <p>No sessions.</p> : <SessionList sessions={data?.userSessions ?? []} />}
      <ConfirmedButton label="End all sessions" question="Sign this user out everywhere?" onConfirm={endAll} />
      <p role="alert">{task.problem ?? problem}</p>
    </div>
  );
}
