import { systemClock } from '../contracts/clock.ts';
import type { Hooks } from '../contracts/hooks.ts';
import { expectHooks, namedAsOptions } from '../contracts/settings/option-names.ts';
import { SettingsError, settingsFromOptions } from '../contracts/settings/settings.ts';
import { hookTable } from '../contracts/settings/settings-table.ts';
import { expectStore } from '../contracts/store/store-methods.ts';
import { assembleTokenSystem, type TokenSystemParts } from '../core/token-system.ts';
import { openStore } from '../stores/open-store.ts';
import type { Auth, AuthOptions } from './auth-contract.ts';
import { schemaBuilder, type AuthSchemaOptions } from './build-schema.ts';
import { challengeFor } from './challenge.ts';
import { createContextFunction } from './context.ts';
import { createFormatError } from './format-error.ts';
import { guard } from './guard.ts';
import { limitsRule } from './limits.ts';
import { createSocketHooks } from './graphql-ws.ts';
import { ownParts } from './optional.ts';
import { subscriptionResolvers } from './schema.ts';
import { subgraphOf } from './subgraph.ts';
import { subscription } from './subscription.ts';

/** What `createAuth` promises. */
export async function authOf(options: AuthOptions): Promise<Auth> {
  return authWith(options).catch((error: unknown) => {
    throw namedAsOptions(error);
  });
}

async function authWith({
  store,
  clock = systemClock,
  onInternalError,
  typePrefix,
  operations,
  ...options
}: AuthOptions): Promise<Auth> {
  const isHook = ([name]: [string, unknown]) => name in hookTable;
  const given = Object.entries(options);
  const settings = settingsFromOptions(Object.fromEntries(given.filter((option) => !isHook(option))));
  const hooks: Hooks = Object.fromEntries(given.filter(isHook));
  expectHooks({ ...hooks, onInternalError });
  if (settings.email && settings.smtpUrl === undefined && hooks.sendMail === undefined) {
    throw new SettingsError(['sendMail: not given with email on; expected this hook, or smtpUrl and mailFrom.']);
  }
  const report = onInternalError ?? ((error: unknown) => console.error(error));
  if (store !== undefined) expectStore(store);
  const shape = { ...(typePrefix !== undefined && { typePrefix }), ...(operations !== undefined && { operations }) };
  const buildSchema = schemaBuilder(shape, await ownParts(settings)); // refuses before a store is opened
  const auth = await assembleAuth({
    settings,
    hooks,
    clock,
    report,
    store: store ?? (await openStore(settings, { onFault: (fault) => fault && report(fault) })),
  });
  const [option] = Object.keys(shape);
  return Object.defineProperties(auth, {
    buildSchema: { value: buildSchema, enumerable: true },
    subgraph: {
      value: async (given?: AuthSchemaOptions) => subgraphOf(buildSchema(given), `${typePrefix ?? ''}User`),
      enumerable: true,
    },
    ...(option !== undefined && { resolvers: { get: () => refuseResolvers(option) } }),
  });
}

function refuseResolvers(option: string): never {
  throw new SettingsError([
    `${option}: does not reach auth.resolvers. Expected auth.buildSchema({ resolvers: [...yours] }) in place of type-graphql's buildSchema.`,
  ]);
}

/** Puts GraphQL in front of a token system. */
export async function assembleAuth(parts: TokenSystemParts): Promise<Auth> {
  const own = await ownParts(parts.settings);
  const buildSchema = schemaBuilder({}, own);
  const { core, ...system } = await assembleTokenSystem(parts);
  core.rooms.mailer?.start();
  const { settings, report } = parts;
  const context = createContextFunction(core, settings);
  const validationRules = [limitsRule(settings)];
  const formatError = createFormatError(report);
  return {
    ...system,
    buildSchema,
    resolvers: own.resolvers,
    adminResolvers: own.adminResolvers,
    subgraph: async (options) => subgraphOf(buildSchema(options), 'User'),
    subscriptionResolvers,
    subscription,
    graphqlWs: (options) => createSocketHooks({ context, settings, validationRules, formatError, report }, options),
    context,
    guard,
    validationRules,
    challenge: challengeFor(settings),
    formatError,
  };
}
