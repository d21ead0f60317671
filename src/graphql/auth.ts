import type { Auth, AuthOptions } from './auth-contract.ts';

export type { Auth, AuthOptions };

/**
 * Makes a token system to mount in an Apollo Server of your own.
 *
 * @example
 * ```ts
 * const auth = await createAuth({ signingKey, accessTokenLifetime: '10m' });
 * const schema = await buildSchema({ resolvers: [...auth.resolvers, ProfileResolver], authChecker: auth.guard });
 * const server = new ApolloServer({ schema, validationRules: auth.validationRules, formatError: auth.formatError });
 * await startStandaloneServer(server, { context: auth.context });
 * ```
 *
 * @throws SettingsError that names the option: an unknown one, a missing key, a bad value, a hook that is no function, a combination
 * that makes no sense, a store that lacks methods or cannot be opened
 */
export async function createAuth(options: AuthOptions): Promise<Auth> {
  // Here, so that importing the library for a type, a class or an error loads no token system.
  const { authOf } = await import('./assemble-auth.ts');
  return authOf(options);
}
