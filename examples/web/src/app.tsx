import { RequireSession, useSession } from 'graphql-simplejwt/react';
import { useState } from 'react';
import { HomePage } from './home-page.tsx';
import { SignInPage } from './sign-in-page.tsx';
import { StartPage } from './start-page.tsx';

/** Which page there is depends on nothing but who is signed in. */
export function App() {
  const session = useSession();
  const [wasServerTold, setWasServerTold] = useState(true);
  const reason = session.status === 'signed-out' ? session.reason : null;
  return (
    <RequireSession unknown={<StartPage />} signedOut={<SignInPage reason={reason} wasServerTold={wasServerTold} />}>
      {session.status === 'signed-in' && (
        <HomePage held={session.tokens} signOut={async () => setWasServerTold(await session.signOut())} />
      )}
    </RequireSession>
  );
}
