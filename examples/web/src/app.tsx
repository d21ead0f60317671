import { RequireSession, useSession } from 'graphql-simplejwt/react';
import { takeLink } from 'graphql-simplejwt/recovery';
import { useState } from 'react';
import { AccountPage, type AccountView } from './account-page.tsx';
import { HomePage } from './home-page.tsx';
import { SignInPage } from './sign-in-page.tsx';
import { StartPage } from './start-page.tsx';

// Before React runs anything twice: the link is taken out of the address.
const link = takeLink();

/** Which page there is depends on who is signed in, and on the link of a mail. */
export function App() {
  const session = useSession();
  const [wasServerTold, setWasServerTold] = useState(true);
  const [view, setView] = useState<AccountView | null>(link);
  const reason = session.status === 'signed-out' ? session.reason : null;
  if (view !== null) return <AccountPage view={view} leave={() => setView(null)} />;
  return (
    <RequireSession
      unknown={<StartPage />}
      signedOut={<SignInPage reason={reason} wasServerTold={wasServerTold} show={setView} />}
    >
      {session.status === 'signed-in' && (
        <HomePage held={session.tokens} signOut={async () => setWasServerTold(await session.signOut())} />
      )}
    </RequireSession>
  );
}
