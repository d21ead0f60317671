import { useState, useSyncExternalStore } from 'react';
import { sessionOf, tokens } from './client.ts';
import { HomePage } from './home-page.tsx';
import { SignInPage } from './sign-in-page.tsx';
import { StartPage } from './start-page.tsx';

/** Which page there is depends on nothing but who is signed in. */
export function App() {
  const state = useSyncExternalStore(tokens.subscribe, tokens.getState);
  const [wasServerTold, setWasServerTold] = useState(true);
  const signOut = async () => setWasServerTold(await tokens.signOut());

  switch (state.status) {
    case 'unknown':
      return <StartPage />;
    case 'signed-out':
      return <SignInPage reason={state.reason} wasServerTold={wasServerTold} />;
    case 'signed-in':
      // The key: what one user has on the screen goes when another takes over.
      return <HomePage key={sessionOf(state)} held={state.tokens} signOut={signOut} />;
  }
}
