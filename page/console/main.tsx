import { createRoot } from 'react-dom/client';
import { browserStorage, createTokenStore } from '../../src/client/index.ts';
import { SessionProvider } from '../../src/client/react.ts';
import { readAuthHeader } from '../read-auth-header.ts';
import { Console } from './console.tsx';
import { createApi } from './create-api.ts';
import '../theme.css';
import '../bar/bar.css';
import './console.css';
import './lists.css';
import './activity.css';

// The session is that of the GraphiQL page, as the cookie is where the server keeps one.
const tokens = createTokenStore({ storage: browserStorage('graphql-simplejwt-page'), ...readAuthHeader() });
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id "root"');
createRoot(root).render(
  <SessionProvider tokens={tokens}>
    <Console api={createApi(tokens)} />
  </SessionProvider>,
);
