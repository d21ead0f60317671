// GraphiQL, served whole by the server: nothing on this page comes from, or goes to, another host.
import { Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { browserStorage, createTokenStore } from '../src/client/index.ts';
import { SessionProvider } from '../src/client/react.ts';
import { readAuthHeader } from './read-auth-header.ts';
import { DemoBanner } from './bar/demo-banner.tsx';
import { SignInBar } from './bar/sign-in-bar.tsx';
import { lazily } from './problems/lazily.tsx';
import { showStoredTheme } from './stored-theme.ts';
import './tokens.css';
import './theme.css';
import './bar/bar.css';
import './frame.css';

const tokens = createTokenStore({
  url: '/graphql',
  storage: browserStorage('graphql-simplejwt-page'),
  ...readAuthHeader(),
});
const Explorer = lazily(async () => (await import('./explorer.tsx')).Explorer);

showStoredTheme();
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id "root"');
createRoot(root).render(
  <SessionProvider tokens={tokens}>
    <DemoBanner />
    <SignInBar />
    <main>
      <Suspense fallback={<p role="status">Loading GraphiQL…</p>}>
        <Explorer />
      </Suspense>
    </main>
  </SessionProvider>,
);
