import { useCallback, useState } from 'react';
import { UsersDocument } from '../generated/console-operations.ts';
import { Answered } from './answered.tsx';
import type { Api } from './create-api.ts';
import { GrowingList } from './growing-list.tsx';
import { usePages } from './use-pages.ts';
import { UserRow } from './user-row.tsx';

/** For admins: the accounts, page by page. */
export function Users({ api, myId }: { readonly api: Api; readonly myId: string }) {
  const [search, setSearch] = useState('');
  const askPage = useCallback(
    async (after: string | null) => (await api(UsersDocument, { search: search === '' ? null : search, after })).users,
    [api, search],
  );
  const { loadMore, hasMore, replace, ...users } = usePages(askPage);
  const count = (length: number) => {
    if (length === 0 && users.isLoading) return 'Loading users…';
    if (length === 0) return search === '' ? 'No users.' : `No user whose name begins with “${search}”.`;
    return `${length} ${length === 1 ? 'user' : 'users'}${hasMore ? ' so far' : ''}`;
  };
  return (
    <section aria-labelledby="users">
      <header>
        <h2 id="users">Users</h2>
        <label>
          Name begins with
          <input type="search" value={search} onChange={(event) => setSearch(event.target.value)} />
        </label>
      </header>
      <Answered answer={users} what="users" summary={({ length }) => count(length)}>
        {(nodes) => (
          <GrowingList
            count={nodes.length}
            more={hasMore ? 'Load more' : null}
            isBusy={users.isLoading}
            onMore={() => void loadMore()}
          >
            {nodes.map((user) => (
              <UserRow key={user.id} api={api} user={user} isOwn={user.id === myId} onChange={replace} />
            ))}
          </GrowingList>
        )}
      </Answered>
    </section>
  );
}
