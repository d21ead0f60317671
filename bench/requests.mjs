/** What the contestants are asked. */
import { PASSWORD } from './processes.mjs';

const SIGN_IN = `mutation ($username: String!, $password: String!) {
  tokenObtainPair(username: $username, password: $password) { access refresh }
}`;
export const graphql = (query, variables, headers) => ({
  method: 'POST',
  path: '/graphql',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ query, variables }),
});
export const GRAPHQL = {
  hello: ({ access }) => graphql('query Hello { hello }', {}, { authorization: `Bearer ${access}` }),
  tokenVerify: ({ access }) =>
    graphql('mutation Verify($token: String!) { tokenVerify(token: $token) { userId } }', { token: access }),
  tokenRefresh: () =>
    graphql('mutation Refresh($refresh: String!) { tokenRefresh(refresh: $refresh) { access refresh } }', {
      refresh: '@REFRESH@',
    }),
  tokenObtainPair: () => graphql(SIGN_IN, { username: 'alice', password: PASSWORD }),
};

const rest = (method, path, body, headers) => ({
  method,
  path,
  headers: { 'content-type': 'application/json', ...headers },
  ...(body && { body: JSON.stringify(body) }),
});
export const REST = {
  hello: ({ access }) => rest('GET', '/hello/', undefined, { authorization: `Bearer ${access}` }),
  tokenVerify: ({ access }) => rest('POST', '/token/verify/', { token: access }),
  tokenRefresh: () => rest('POST', '/token/refresh/', { refresh: '@REFRESH@' }),
  tokenObtainPair: () => rest('POST', '/token/', { username: 'alice', password: PASSWORD }),
};

/** What a service asks about a token (RFC 7662). */
export const introspect =
  (secret) =>
  ({ access }) => ({
    method: 'POST',
    path: '/oauth/introspect',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`bench:${secret}`).toString('base64')}`,
    },
    body: `token=${access}`,
  });

/** The same requests, each to a path of its own, which names what is answered. */
export const WIRE = Object.fromEntries(
  Object.entries(GRAPHQL).map(([name, ask]) => [name, (tokens) => ({ ...ask(tokens), path: `/${name}` })]),
);
