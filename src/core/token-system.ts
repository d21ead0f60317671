import { createAudit } from '../contracts/audit.ts';
import type { Clock } from '../contracts/clock.ts';
import type { Hooks, SecurityEvent } from '../contracts/hooks.ts';
import { UNWATCHED, type Monitor } from '../contracts/monitor.ts';
import type { Settings } from '../contracts/settings/settings-table.ts';
import type { Store } from '../contracts/store/store.ts';
import { ActivityLog } from './activity/activity-log.ts';
import { Administration } from './admin/administration.ts';
import type { PublicJwk } from './keys/public-jwk.ts';
import type { RingListener } from './keys/ring-watch.ts';
import { loadKeys } from './keys/token-keys.ts';
import { Rotation } from './sessions/rotation.ts';
import { SessionService } from './sessions/session-service.ts';
import { Throttle } from './throttle/throttle.ts';
import { Authenticator } from './tokens/authenticator.ts';
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

/** The services on one store, whoever asks them: GraphQL, HTTP or the command line. */
export interface TokenSystem {
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

/** All that a token system is put together from. */
export interface TokenSystemParts {
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

/** What answers to requests needs beside a token system. */
export interface RequestServices {
  readonly authenticator: Authenticator;
  readonly throttle: Throttle;
  readonly administration: Administration;
}

/** Wires the services; closes the store if they cannot be. */
export async function assembleTokenSystem({
  settings,
  hooks,
  store,
  clock,
  report,
  onSecurityEvent = () => {},
  onKeyRing = { changed: () => {}, failed: report },
  monitor = UNWATCHED,
}: TokenSystemParts): Promise<TokenSystem & RequestServices> {
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
  return {
    tokens,
    users,
    sessions,
    authenticator,
    throttle,
    administration,
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
