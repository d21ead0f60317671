import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import { useEffect, useState } from 'react';
import { useTokens } from '../src/client/react.ts';
import { createDiscreetStorage } from './editors/create-discreet-storage.ts';
import { createFetcher } from './editors/create-fetcher.ts';
import { HeaderHint } from './editors/header-hint.tsx';
import { Preview } from './editors/preview.tsx';
import { TokenFiller } from './editors/token-filler.tsx';
import { TOKEN_PLUGIN } from './panel/token-plugin.ts';
import { readAuthHeader } from './read-auth-header.ts';
import { GraphiqlRepairs } from './repairs/graphiql-repairs.tsx';
import { tabs } from './tabs.ts';
import './panel/panel.css';
import './page.css';

/** GraphiQL with its editors: twenty times what the rest of the page has, so they come after it. */
export function Explorer() {
  const tokens = useTokens();
  const authHeader = readAuthHeader();
  const [parts] = useState(() => ({ fetcher: createFetcher(tokens), storage: createDiscreetStorage(localStorage) }));
  // The editors' font is on its way while GraphiQL is made.
  useEffect(() => void document.fonts.load("15px 'Fira Code'"), []);
  return (
    <GraphiQL
      {...parts}
      plugins={[TOKEN_PLUGIN, HISTORY_PLUGIN]}
      defaultTabs={tabs}
      defaultEditorToolsVisibility="variables"
      shouldPersistHeaders={false}
    >
      <TokenFiller {...authHeader} />
      <HeaderHint {...authHeader} />
      <Preview />
      <GraphiqlRepairs />
    </GraphiQL>
  );
}
