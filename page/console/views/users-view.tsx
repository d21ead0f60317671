import { useCallback, useDeferredValue, useState } from 'react';
import { UsersDocument, type WhoFragment } from '../../generated/console-operations.ts';
import { Answered } from '../parts/answered.tsx';
import { GrowingList } from '../parts/growing-list.tsx';
import { ViewHeading } from '../parts/section.tsx';
import { formatDay, formatMoment } from '../parts/times.ts';
import { usePages } from '../parts/use-pages.ts';
import { linkTo } from '../shell/use-route.ts';
import { useConsole } from '../use-console.ts';
import { AddUser } from './add-user.tsx';

/** For admins: the accounts, page by page. */
export function UsersView() {
  const { api, me, features } = useConsole();
  const [typed, setTyped] = useState('');
  const search = useDeferredValue(typed.trim());
  const askPage = useCallback(
    async (after: string | null) => (await api(UsersDocument, { search: search === '' ? null : search, after })).users,
    [api, search],
  );
  const { loadMore, hasMore, total, ...users } = usePages(askPage);
  const count = (length: number) => {
    if (length === 0 && users.isLoading) return 'Loading users…';
    if (length === 0) return search === '' ? 'No users.' : `No user with “${search}” in name or address.`;
    const all = total ?? length;
    const number = `${all.toLocaleString('en')} ${all === 1 ? 'user' : 'users'}`;
    return hasMore ? `${length} of ${number}` : number;
  };
  return (
    <>
      <ViewHeading title="Users" about="Open a user to see their sessions and what happened to their account.">
        {features.has('userAdministration') && <AddUser />}
      </ViewHeading>
      <section className="card" aria-label="All users">
        <label className="search">
          Search by any part of a name or address
          <input type="search" value={typed} onChange={({ target }) => setTyped(target.value)} />
        </label>
        <Answered answer={users} what="users" summary={({ length }) => count(length)}>
          {(nodes) => (
            <GrowingList
              count={nodes.length}
              more={hasMore ? 'Load more' : null}
              isBusy={users.isLoading}
              onMore={() => void loadMore()}
            >
              {nodes.map((user) => (
                <UserRow key={user.id} user={user} isOwn={user.id === me.id} />
              ))}
            </GrowingList>
          )}
        </Answered>
      </section>
    </>
  );
}

function UserRow({ user, isOwn }: { readonly user: WhoFragment; readonly isOwn: boolean }) {
  const { id, username, email, createdAt, lastLogin } = user;
  return (
    <li aria-label={username}>
      <div className="about">
        <p>
          <a href={linkTo('users', id)}>{username}</a>
          {isOwn && <span className="tag">you</span>}
          <UserTags user={user} />
        </p>
        <small>
          {email !== null && email !== username && `${email}, `}
          since {formatDay(createdAt)}
          {lastLogin !== null && `, last sign-in ${formatMoment(lastLogin)}`}
        </small>
      </div>
    </li>
  );
}

/** What is special about an account. */
export const UserTags = ({ user: { isAdmin, isActive, roles } }: { readonly user: WhoFragment }) => (
  <>
    {isAdmin && <span className="tag good">admin</span>}
    {!isActive && <span className="tag bad">inactive</span>}
    {roles.map((role) => (
      <span key={role} className="tag">
        {role}
      </span>
    ))}
  </>
);
