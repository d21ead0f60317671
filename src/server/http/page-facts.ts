import type { ServerSettings } from '../../contracts/settings/settings-table.ts';

/** Settings by which a page shows more; `page/features.ts` has the same names. */
const FEATURES = [
  'registration',
  'email',
  'passwordReset',
  'userAdministration',
  'keyAdministration',
  'notices',
  'secondFactor',
  'stepUp',
  'roles',
  'deviceNames',
  'accountSelfService',
  'subscriptions',
] as const satisfies readonly (keyof ServerSettings)[];

/** What a page is told of the server it comes from. Nothing of it is secret: each operation says the same when it is asked. */
export interface PageFacts {
  readonly settings: ServerSettings;
  /** The pages that are served. */
  readonly graphiql: boolean;
  readonly console: boolean;
  /** The name of the demo account; null where there is none. Asked for with each page. */
  readonly demo: () => Promise<string | null>;
}

/** The names of all that is on, as the pages read them. */
export const featuresOf = ({ settings, graphiql, console }: PageFacts): string =>
  [
    ...FEATURES.filter((name) => settings[name]),
    ...(graphiql ? ['graphiql'] : []),
    ...(console ? ['console'] : []),
  ].join(' ');
