// GraphiQL, served whole by the server: nothing on this page comes from, or goes to, another host.
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import { createRoot } from 'react-dom/client';
import { browserStorage, createTokenStore } from '../src/client/index.ts';
import { SessionProvider } from '../src/client/react.ts';
import { createDiscreetStorage } from './editors/create-discreet-storage.ts';
import { createFetcher } from './editors/create-fetcher.ts';
import { GraphiqlRepairs } from './repairs/graphiql-repairs.tsx';
import { readAuthHeader } from './read-auth-header.ts';
import { TOKEN_PLUGIN } from './panel/token-plugin.ts';
import { DemoBanner } from './bar/demo-banner.tsx';
import { SignInBar } from './bar/sign-in-bar.tsx';
import { tabs } from './tabs.ts';
import { HeaderHint } from './editors/header-hint.tsx';
import { TokenFiller } from './editors/token-filler.tsx';
import './tokens.css';
import './theme.css';
import './bar/bar.css';
import './panel/panel.css';
import './page.css';

const authHeader = readAuthHeader();
const storage = browserStorage('graphql-simplejwt-page');
const tokens = createTokenStore({ url: '/graphql', storage, ...authHeader });

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id "root"');
createRoot(root).render(
  <SessionProvider tokens={tokens}>
    <DemoBanner />
    <SignInBar />
    <main>
      <GraphiQL
        fetcher={createFetcher(tokens)}
        storage={createDiscreetStorage(localStorage)}
        plugins={[TOKEN_PLUGIN, HISTORY_PLUGIN]}
        defaultTabs={tabs}
        defaultEditorToolsVisibility="variables"
        shouldPersistHeaders={false}
      >
        <TokenFiller {...authHeader} />
        <HeaderHint {...authHeader} />
        <GraphiqlRepairs />
      </GraphiQL>
    </main>
  </SessionProvider>,
);
