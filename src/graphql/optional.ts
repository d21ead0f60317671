import type { GraphQLSchema } from 'graphql';
import type { NonEmptyArray } from 'type-graphql';
import type { Settings } from '../contracts/settings/settings-table.ts';
import type { OptionalPart } from './optional-part.ts';
import { adminResolvers, resolversFor, schemaOf, subscriptionResolvers, type ResolverClass } from './schema.ts';

/** What parts ask of the settings. */
type Given = Pick<Settings, 'registration'> & Partial<Pick<Settings, 'email'>>;

/** The settings that add operations, each with what it adds, given the others: loaded only where the setting is on. */
const PARTS = {
  secondFactor: async () => (await import('./second-factor.resolver.ts')).secondFactorPart,
  stepUp: async () => (await import('./step-up.resolver.ts')).stepUpPart,
  roles: async () => (await import('./roles.resolver.ts')).rolesPart,
  deviceNames: async () => (await import('./device.resolver.ts')).devicePart,
  accountSelfService: async () => (await import('./leaving.resolver.ts')).leavingPart,
  email: async ({ registration }) => (await import('./email.resolver.ts')).emailPart(registration),
  passwordReset: async () => (await import('./password-reset.resolver.ts')).passwordResetPart,
  userAdministration: async ({ email }) =>
    (await import('./user-administration.resolver.ts')).userAdministrationPart(email === true),
  keyAdministration: async () => (await import('./key-administration.resolver.ts')).keyAdministrationPart,
  notices: async () => (await import('./security-event.resolver.ts')).noticesPart,
} as const satisfies Partial<Record<keyof Settings, (settings: Given) => Promise<OptionalPart>>>;

/** The settings that add operations. */
export type SchemaSettings = Pick<Settings, 'registration'> &
  Partial<Pick<Settings, keyof typeof PARTS>> & { readonly subscriptions?: boolean };

/** Our resolvers and types, those included that the settings add. */
export interface OwnParts {
  readonly resolvers: NonEmptyArray<ResolverClass>;
  readonly adminResolvers: NonEmptyArray<ResolverClass>;
  /** Of what settings add. */
  readonly types: readonly unknown[];
}

export async function ownParts(settings: SchemaSettings): Promise<OwnParts> {
  const isOn = ([name]: [string, unknown]) => settings[name as keyof typeof PARTS] === true;
  const parts: OptionalPart[] = [];
  // One after the other: the order in which they are loaded is the order of the fields in the schema.
  for (const [, load] of Object.entries(PARTS).filter(isOn)) parts.push(await load(settings));
  const [first, ...others] = resolversFor(settings);
  const added = new Set(parts.flatMap(({ resolvers = [] }) => resolvers)); // two parts may add the same
  return {
    resolvers: [first, ...others, ...added],
    adminResolvers: [...adminResolvers, ...parts.flatMap((part) => part.adminResolvers ?? [])],
    types: parts.flatMap(({ types = [] }) => types),
  };
}

/** Settings with which the schema has all its queries and mutations. */
export const ALL_OPTIONS: Required<Omit<SchemaSettings, 'subscriptions'>> = {
  registration: true,
  secondFactor: true,
  stepUp: true,
  roles: true,
  deviceNames: true,
  accountSelfService: true,
  email: true,
  passwordReset: true,
  userAdministration: true,
  keyAdministration: true,
  notices: true,
};

/** The schema of the server, with `more` of ours where a test has some. */
export async function buildAuthSchema(
  settings: SchemaSettings,
  more: readonly ResolverClass[] = [],
): Promise<GraphQLSchema> {
  const { resolvers, adminResolvers: ofAdmins } = await ownParts(settings);
  const live = settings.subscriptions === true ? subscriptionResolvers : [];
  return schemaOf([...resolvers, ...ofAdmins, ...live, ...more]);
}
