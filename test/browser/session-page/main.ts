/** What `session-page.test.ts` bundles: the shipped entries, with React's development build, where StrictMode mounts twice. */
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache, type TypedDocumentNode } from '@apollo/client';
import { ApolloProvider, useSuspenseQuery } from '@apollo/client/react';
import { browserStorage, clearForEachSession, createAuthLink, createTokenStore } from 'graphql-simplejwt/apollo-client';
import { RequireSession, SessionProvider, useSession, useSignIn } from 'graphql-simplejwt/react';
import { createElement, StrictMode, Suspense, useEffect } from 'react';
import { createRoot } from 'react-dom/client';

const url = new URL('/graphql', document.baseURI).href;
const tokens = createTokenStore({ url, storage: browserStorage() });
const client = new ApolloClient({
  link: ApolloLink.from([createAuthLink({ tokens }), new HttpLink({ uri: url })]),
  cache: new InMemoryCache(),
});
clearForEachSession(client, tokens);

const ME: TypedDocumentNode<{ me: { username: string } }> = gql`
  query Me {
    me {
      username
    }
  }
`;

const END_ALL: TypedDocumentNode<{ sessionRevokeAll: number }> = gql`
  mutation EndAll {
    sessionRevokeAll
  }
`;

function Greeting() {
  const { data } = useSuspenseQuery(ME);
  return createElement('h1', null, `Hello, ${data.me.username}!`);
}

function SignIn() {
  const { signIn, error } = useSignIn();
  const button = (name: string) =>
    createElement('button', { key: name, onClick: () => void signIn(name, 'wonderland123!') }, name);
  return createElement('div', null, ['alice', 'bob'].map(button), error instanceof Error ? error.message : '');
}

function SignOut() {
  const session = useSession();
  const onClick = () => session.status === 'signed-in' && void session.signOut();
  return createElement('button', { onClick }, 'Sign out');
}

function Page() {
  // In StrictMode React runs this clean-up once before the page is used.
  useEffect(() => () => tokens.close(), []);
  const moment = createElement('p', null, 'One moment…');
  const greeting = createElement(Suspense, { fallback: moment }, createElement(Greeting), createElement(SignOut));
  return createElement(RequireSession, { unknown: moment, signedOut: createElement(SignIn) }, greeting);
}

const root = createRoot(document.getElementById('root') ?? document.body);
Object.assign(globalThis, { tokens, client, END_ALL, root });
const page = createElement(ApolloProvider, { client, children: createElement(Page) });
root.render(createElement(StrictMode, null, createElement(SessionProvider, { tokens }, page)));
