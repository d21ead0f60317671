import { CSPProvider } from '@base-ui/react/csp-provider';
import { createRoot } from 'react-dom/client';
import { browserStorage, createTokenStore } from '../../src/client/index.ts';
import { SessionProvider } from '../../src/client/react.ts';
import { takeLink } from '../../src/client/recovery.ts';
import { readAuthHeader } from '../read-auth-header.ts';
import { Console } from './console.tsx';
import { readFeatures } from '../features.ts';
import '../tokens.css';
import '../theme.css';
import '../bar/bar.css';
import './styles/shell.css';
import './styles/parts.css';
import './styles/views.css';

const link = takeLink(); // before anything else reads the address
// The session is that of the GraphiQL page, as the cookie is where the server keeps one.
const tokens = createTokenStore({ storage: browserStorage('graphql-simplejwt-page'), ...readAuthHeader() });
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id "root"');
createRoot(root).render(
  <CSPProvider disableStyleElements>
    <SessionProvider tokens={tokens}>
      <Console features={readFeatures()} link={link} />
    </SessionProvider>
  </CSPProvider>,
);
