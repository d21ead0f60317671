/** What a server may have on, as its pages are told. The same names are in `src/server/http/page-facts.ts`. */
type Feature =
  | 'registration'
  | 'email'
  | 'passwordReset'
  | 'userAdministration'
  | 'keyAdministration'
  | 'notices'
  | 'secondFactor'
  | 'stepUp'
  | 'roles'
  | 'deviceNames'
  | 'accountSelfService'
  | 'subscriptions'
  | 'graphiql'
  | 'console';

export type Features = ReadonlySet<string> & { has(feature: Feature): boolean };

/** What this server has on, as it wrote it into the page. */
export function readFeatures(): Features {
  const content = document.querySelector<HTMLMetaElement>('meta[name="features"]')?.content ?? '';
  return new Set(content.split(' '));
}
