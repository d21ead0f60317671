import { ApolloProvider } from '@apollo/client/react';
import { SessionProvider } from 'graphql-simplejwt/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { client, tokens } from './client.ts';
import './app.css';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id "root"');
createRoot(root).render(
  <StrictMode>
    <SessionProvider tokens={tokens}>
      <ApolloProvider client={client}>
        <App />
      </ApolloProvider>
    </SessionProvider>
  </StrictMode>,
);
