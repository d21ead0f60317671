import { createTokenStore, type TokenStore } from '../../src/client/index.ts';

/** An error of our server about the token that was sent. */
export const refused = (path?: readonly string[], more: object = {}) => ({
  message: 'Token has expired',
  ...(path && { path }),
  extensions: { code: 'UNAUTHENTICATED', reason: 'token_expired', action: 'REFRESH', ...more },
});

/** An access token of a session. */
export const accessOf = (sid: string, jti: number) => `e30.${btoa(JSON.stringify({ sid, iat: 0, exp: 300, jti }))}.`;

let open: TokenStore[] = [];
/** For `afterEach`. */
export const closeStores = (): void => {
  for (const tokens of open.splice(0)) tokens.close();
  open = [];
};

/** A store whose server refreshes whatever it is asked for, signed in to session `a`. */
export async function signedIn(): Promise<TokenStore> {
  let jti = 0;
  const tokens = createTokenStore({
    url: 'https://auth.example.com/graphql',
    fetch: async () => Response.json({ data: { tokenRefresh: { access: accessOf('a', (jti += 1)), refresh: 'r' } } }),
    sleep: async () => {},
  });
  open.push(tokens);
  await tokens.save({ access: accessOf('a', 0), refresh: 'r' });
  return tokens;
}
