import type { Clock } from '../contracts/clock.ts';
import { createEvents, on, type EventListener } from '../contracts/events.ts';
import type { Hooks } from '../contracts/hooks.ts';
import { UNWATCHED, type Monitor } from '../contracts/monitor.ts';
import type { Settings } from '../contracts/settings/settings-table.ts';
import type { Store } from '../contracts/store/store.ts';
import { ActivityLog } from './activity/activity-log.ts';
import { Administration } from './admin/administration.ts';
import { removeExpired, type Removed } from './expiry.ts';
import type { PublicJwk } from './keys/public-jwk.ts';
import type { LiveParts, LiveSessions } from './live/live-sessions.ts';
import { loadKeys } from './keys/token-keys.ts';
import type { SendMail } from './mail/mailer.ts';
import { openDeadline, openDpop, openFactors, openRooms, type Rooms } from './rooms.ts';
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
import { countedName } from './users/accounts-named.ts';
import { PasswordCheck } from './users/password-check.ts';
import { PasswordHasher } from './users/password-hasher.ts';
import { UserService } from './users/user-service.ts';

/** What operations are made of: every resolver finds these in its context under `auth`. */
export interface Core {
  readonly tokens: TokenService;
  readonly users: UserService;
  readonly sessions: SessionService;
  readonly authenticator: Authenticator;
  readonly throttle: Throttle;
  readonly administration: Administration;
  /** What happens to sessions and tokens while somebody listens; loaded by the first who does. */
  live(): Promise<LiveSessions>;
  /** What attempts at the account of a name or an address are counted by. */
  readonly countedName: (given: string) => string;
  /** What settings add. */
  readonly rooms: Rooms;
}

/** The token system on one store, for GraphQL, HTTP or the command line. */
export interface TokenSystem extends Pick<Core, 'tokens' | 'users' | 'sessions' | 'rooms'> {
  /** The services that may ask about tokens. */
  readonly services: ServiceCredentials;
  /** What they are answered. */
  readonly introspection: Introspection;
  /** What they are told of revocations. */
  readonly revocations: RevocationFeed;
  /** The JWK set (RFC 7517 5) by which others verify tokens, to be served by your own server; empty for HS algorithms. */
  publicKeys(): { readonly keys: readonly PublicJwk[] };
  /** Removes what has expired, as simplejwt's `flushexpiredtokens`. Call it from time to time, once an hour for example. */
  flushExpired(): Promise<Removed>;
  /**
   * Sends the mails that are due; resolves to how many were sent. A server does so by itself: this is for a process that ends after
   * each request.
   *
   * @throws StoreUnavailable
   */
  deliverMail(): Promise<number>;
  /** Resolves when a sign-in could be stored. @throws StoreUnavailable */
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
  /** Are told of what happens, before the hook. Default: what is wrong with the keys goes to `report`. */
  readonly listeners?: readonly EventListener[];
  /** Watches the work of all parts but the store, which comes watched. */
  readonly monitor?: Monitor;
  /** Sends mails where neither the hook nor `SMTP_URL` is given. Default: they stay in the outbox. */
  readonly sendMail?: SendMail;
}

/** Puts the parts together; closes the store if that fails. */
export async function assembleTokenSystem(parts: TokenSystemParts): Promise<TokenSystem & { readonly core: Core }> {
  const { settings, hooks, store, clock, report, monitor = UNWATCHED } = parts;
  const activity = new ActivityLog({ store, clock });
  // In this order, so that what others do with an event comes after it was counted.
  const listeners: EventListener[] = [
    activity,
    ...(parts.monitor ? [parts.monitor] : []),
    ...(parts.listeners ?? [on(['ring_failed', 'key_set_failed', 'mail_deferred'], ({ error }) => report(error))]),
    ...(hooks.onSecurityEvent ? [on(['security'], ({ event }) => hooks.onSecurityEvent?.(event))] : []),
  ];
  const events = createEvents(listeners, report);
  const listener = {
    changed: (kids: readonly string[]) => events.tell({ kind: 'ring_changed', kids }),
    failed: (error: unknown) => events.tell({ kind: 'ring_failed', error }),
    read: (isWhole: boolean) => events.tell({ kind: 'ring_read', isWhole }),
  };
  const onFetchError = (error: unknown) => events.tell({ kind: 'key_set_failed', error });
  const keys = await loadKeys(settings, { clock, listener, onFetchError }).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  events.tell({ kind: 'keys_loaded', signingKid: () => keys.signing().kid });
  const base = { store, settings, clock, events, hooks };
  const codec = new TokenCodec({ ...base, keys });
  const sessions = new SessionService(base);
  const rotation = new Rotation({ ...base, sessions });
  const hasher = new PasswordHasher(settings.passwordHashCost, clock, {
    watch: (work) => monitor.watch(work),
    tell: events.tell,
  });
  const passwords = new PasswordCheck({ store, hasher });
  const factorRoom = await openFactors(base);
  const throttle = new Throttle({ ...base, secret: keys.secret });
  const users = new UserService({ ...base, hasher, passwords, sessions, throttle, secondFactors: factorRoom?.factors });
  const dpop = await openDpop({ ...base, secret: keys.secret, report });
  const binding = dpop?.binding ?? null;
  const reader = new TokenReader({ ...base, codec, binding });
  const minter = new TokenMinter({ ...base, codec });
  const services = new ServiceCredentials({ ...base, throttle });
  const acceptor = new TokenAcceptor(codec, settings, binding);
  const authenticator = new Authenticator({ ...base, acceptor });
  let live: Promise<LiveSessions> | null = null;
  const opened = {
    ...base,
    factorRoom,
    users,
    sessions,
    hasher,
    passwords,
    minter,
    throttle,
    sendMail: parts.sendMail,
    report,
  };
  const { rooms: others, close: closeRooms } = await openRooms(opened).catch(async (error: unknown) => {
    keys.close();
    await store.close();
    throw error;
  });
  const deadline = await openDeadline(base);
  const rooms = { ...others, ...(dpop && { dpop }), ...(deadline && { deadline }) };
  if (rooms.notices) listeners.push(rooms.notices);
  const core: Core = {
    tokens: new TokenService({ ...base, minter, reader, rotation, sessions, users }),
    users,
    sessions,
    authenticator,
    throttle,
    administration: new Administration({ users, sessions, keys, activity, services }),
    live: () => (live ??= loadLive({ ...base, keys, acceptor, authenticator, report })),
    countedName: (given) => countedName(given, settings),
    rooms,
  };
  return {
    core,
    tokens: core.tokens,
    users,
    sessions,
    rooms,
    services,
    introspection: new Introspection({ reader, rotation, sessions, settings }),
    revocations: new RevocationFeed({ ...base, keys }),
    publicKeys: () => ({ keys: keys.published() }),
    flushExpired: () => removeExpired(store, settings, clock),
    deliverMail: async () => (await rooms.mailer?.deliver()) ?? 0,
    ping: () => store.ping(),
    close: async () => {
      (await live)?.close();
      keys.close();
      await closeRooms();
      await dpop?.close();
      await activity.close();
      await store.close();
    },
  };
}

async function loadLive(parts: LiveParts): Promise<LiveSessions> {
  const { LiveSessions } = await import('./live/live-sessions.ts');
  return new LiveSessions(parts);
}
