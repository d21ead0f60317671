import { useApolloClient, useQuery } from '@apollo/client/react';
import type { HeldTokens } from 'graphql-simplejwt/apollo-client';
import { AccountCard } from './account-card.tsx';
import { hasAccountRooms } from './account.ts';
import { AskFifty } from './ask-fifty.tsx';
import { Brand } from './brand.tsx';
import { isCookieMode } from './client.ts';
import { ConnectionNotice } from './connection-notice.tsx';
import { isUnanswered } from './connection.ts';
import { HelloDocument, SessionRevokeAllDocument } from './generated/operations.ts';
import { Moment } from './moment.tsx';
import { PageHeading } from './page-heading.tsx';
import { SessionList } from './session-list.tsx';
import { useTask } from './use-task.ts';

interface Props {
  readonly held: HeldTokens;
  readonly signOut: () => Promise<void>;
}

/** What only somebody who is signed in sees. */
export function HomePage({ held, signOut }: Props) {
  const client = useApolloClient();
  const { isBusy, problem, run } = useTask();

  async function signOutEverywhere() {
    await client.mutate({ mutation: SessionRevokeAllDocument });
    await signOut();
  }

  return (
    <>
      <header>
        <Brand />
        <button type="button" onClick={() => void run(signOut)} aria-disabled={isBusy}>
          Sign out
        </button>
      </header>
      <main>
        <ConnectionNotice
          comfort="You are still signed in, and this page goes on by itself."
          retry={() => client.refetchQueries({ include: 'active' })}
        />
        <p className="problem" role="alert">
          {problem}
        </p>
        <Greeting />
        <AskFifty held={held} />
        {hasAccountRooms && <AccountCard />}
        <SessionList signOutEverywhere={() => void run(signOutEverywhere)} />
      </main>
      <footer>
        The refresh token is in {isCookieMode ? 'a cookie that no script can read' : 'localStorage'}, for all tabs.
      </footer>
    </>
  );
}

function Greeting() {
  const { data: latest, previousData, error } = useQuery(HelloDocument);
  const data = latest ?? previousData; // what there was stays while the server does not answer
  if (data === undefined && error === undefined) return <p className="quiet">Loading…</p>;
  return (
    <div>
      <title>Signed in · graphql-simplejwt example</title>
      <PageHeading>{data?.hello ?? 'Welcome back'}</PageHeading>
      {data && (
        <p className="quiet">
          Your account was made <Moment at={data.me.createdAt} />
        </p>
      )}
      {error && !isUnanswered(error) && <p className="problem">{error.message}</p>}
    </div>
  );
}
