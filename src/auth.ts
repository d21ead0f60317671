import { ActivityLog } from './activity/activity-log.ts';
import { Administration } from './admin/administration.ts';
import { createAudit } from './audit.ts';
import type { GraphQLFormattedError, ValidationRule } from 'graphql';
import { systemClock, type Clock } from './clock.ts';
import { createContextFunction, type AuthContext, type ContextInput } from './graphql/context.ts';
import { createFormatError } from './graphql/format-error.ts';
import { guard } from './graphql/guard.ts';
import { limitsRule } from './graphql/limits.ts';
import { adminResolvers, resolversFor } from './graphql/schema.ts';
import type { Hooks, SecurityEvent } from './hooks.ts';
import type { PublicJwk } from './keys/public-jwk.ts';
import type { RingListener } from './keys/ring-watch.ts';
import { UNWATCHED, type Monitor } from './monitor.ts';
import { openStore } from './open-store.ts';
import { Rotation } from './sessions/rotation.ts';
import { SessionService } from './sessions/session-service.ts';
import { hookTable, type Settings, type SettingsInput } from './settings/settings-table.ts';
import { settingsFromOptions } from './settings/settings.ts';
import type { Store } from './store/store.ts';
import { Throttle } from './throttle/throttle.ts';
import { Authenticator } from './tokens/authenticator.ts';
import { loadKeys } from './tokens/keys.ts';
import { TokenAcceptor } from './tokens/token-acceptor.ts';
import { TokenCodec } from './tokens/token-codec.ts';
import { TokenMinter } from './tokens/token-minter.ts';
import { TokenReader } from './tokens/token-reader.ts';
import { TokenService } from './tokens/token-service.ts';
import { Introspection } from './trust/introspection.ts';
import { RevocationFeed } from './trust/revocation-feed.ts';
import { ServiceCredentials } from './trust/service-credentials.ts';
import { PasswordHasher } from './users/password-hasher.ts';
import { UserService } from './users/user-service.ts';

/** Settings, hooks, and parts of your own. */
export interface AuthOptions extends SettingsInput, Hooks {
  /** A store of your own. Default: MongoDB at `mongodbUri`, otherwise SQLite in `dataDir`. `close()` closes it. */
  readonly store?: Store;
  /** Milliseconds since the epoch; for tests. */
  readonly clock?: Clock;
  /** Receives errors that `formatError` hides from clients. Default: `console.error`. */
  readonly onInternalError?: (error: unknown) => void;
}

/** The token system, to be mounted in an Apollo Server of your own. */
export interface Auth {
  /** type-graphql resolver classes for `buildSchema({ resolvers: [...auth.resolvers, Yours] })`. */
  readonly resolvers: ReturnType<typeof resolversFor>;
  /** More of them, for admins: what docs/administration.md describes. */
  readonly adminResolvers: typeof adminResolvers;
  /** The context function, or what to spread into the result of your own. */
  readonly context: (input: ContextInput) => Promise<AuthContext>;
  /** The `authChecker` behind `@Authorized()`. */
  readonly guard: typeof guard;
  /** Apollo Server's `validationRules`: the limits of what a document may ask for. */
  readonly validationRules: ValidationRule[];
  /** Apollo Server's `formatError`: masks and reports whatever is not meant for clients. */
  readonly formatError: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;
  readonly tokens: TokenService;
  readonly users: UserService;
  readonly sessions: SessionService;
  /** The services that may ask about tokens. */
  readonly services: ServiceCredentials;
  /** What they are answered. */
  readonly introspection: Introspection;
  /** What they are told of revocations. */
  readonly revocations: RevocationFeed;
  /** The JWK set (RFC 7517 5) by which others verify tokens, to be served by your own server; empty for HS algorithms. */
  publicKeys(): { readonly keys: readonly PublicJwk[] };
  /** Resolves when the store answers. */
  ping(): Promise<void>;
  /** Closes the store, and stops watching the key ring. */
  close(): Promise<void>;
}

/** All that `assembleAuth` puts together. */
export interface AuthParts {
  readonly settings: Settings;
  readonly hooks: Hooks;
  readonly store: Store;
  readonly clock: Clock;
  readonly report: (error: unknown) => void;
  /** Told of each security event, beside the hook. */
  readonly onSecurityEvent?: (event: SecurityEvent) => void;
  /** Told what becomes of the key ring. Default: problems go to `report`. */
  readonly onKeyRing?: Omit<RingListener, 'read'>;
  /** Watches the work of all parts but the store, which comes watched. */
  readonly monitor?: Monitor;
}

/**
 * The library's front door.
 *
 * @throws SettingsError
 */
export async function createAuth({
  store,
  clock = systemClock,
  onInternalError,
  ...options
}: AuthOptions): Promise<Auth> {
  const isHook = ([name]: [string, unknown]) => name in hookTable;
  const given = Object.entries(options);
  const settings = settingsFromOptions(Object.fromEntries(given.filter((option) => !isHook(option))));
  const hooks: Hooks = Object.fromEntries(given.filter(isHook));
  const report = onInternalError ?? ((error: unknown) => console.error(error));
  return assembleAuth({ settings, hooks, clock, report, store: store ?? (await openStore(settings)) });
}

/** Wires the services; closes the store if they cannot be. */
export async function assembleAuth({
  settings,
  hooks,
  store,
  clock,
  report,
  onSecurityEvent = () => {},
  onKeyRing = { changed: () => {}, failed: report },
  monitor = UNWATCHED,
}: AuthParts): Promise<Auth> {
  const listener: RingListener = { ...onKeyRing, read: (isWhole) => monitor.tell({ kind: 'ring_read', isWhole }) };
  const keys = await loadKeys(settings, { clock, listener }).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  const activity = new ActivityLog({ store, clock });
  const onRefresh = () => activity.count('refreshes');
  monitor.tell({ kind: 'keys_loaded', signingKid: () => keys.signing().kid });
  const watching = (event: SecurityEvent) => {
    activity.note(event);
    monitor.tell({ kind: 'security_event', event });
  };
  const hooked = hooks.onSecurityEvent ? [hooks.onSecurityEvent] : [];
  const audit = createAudit([watching, onSecurityEvent, ...hooked], report);
  const codec = new TokenCodec(settings, keys, clock, hooks.jsonEncoder);
  const sessions = new SessionService({ store, settings, clock, audit, monitor });
  const rotation = new Rotation({ store, sessions, settings, clock, monitor });
  const hasher = new PasswordHasher(settings.passwordHashCost, clock, monitor);
  const users = new UserService({ store, settings, hasher, hooks, clock, audit });
  const reader = new TokenReader(codec, rotation, users, settings);
  const minter = new TokenMinter(codec, users, settings, hooks, clock);
  const tokens = new TokenService({ minter, reader, rotation, sessions, users, settings, clock, onRefresh });
  const acceptor = new TokenAcceptor(codec, settings);
  const authenticator = new Authenticator({ acceptor, reader, users, settings, hooks });
  const throttle = new Throttle({ store, settings, clock, audit, secret: () => keys.secret() });
  const administration = new Administration({ users, sessions, keys, activity });
  const services = { tokens, users, sessions, authenticator, throttle, administration };
  return {
    resolvers: resolversFor(settings),
    adminResolvers,
    context: createContextFunction(services, settings),
    guard,
    validationRules: [limitsRule(settings)],
    formatError: createFormatError(report),
    tokens,
    users,
    sessions,
    services: new ServiceCredentials({ store, throttle, clock }),
    introspection: new Introspection({ reader, rotation, sessions, settings }),
    revocations: new RevocationFeed({ store, settings, clock }),
    publicKeys: () => ({ keys: keys.published() }),
    ping: () => store.ping(),
    close: async () => {
      keys.close();
      await hasher.close();
      await activity.write();
      await store.close();
    },
  };
}
