import { pino, type Logger } from 'pino';
import type { Hooks, User } from '../../src/contracts/hooks.ts';
import { settingsFromEnvironment } from '../../src/contracts/settings/settings.ts';
import type { Store } from '../../src/contracts/store/store.ts';
import { PATIENCE, type Patience } from '../../src/server/http/app.ts';
import { startServer, type RunningServer } from '../../src/server/server.ts';
import { openStore } from '../../src/stores/open-store.ts';
import { Client } from './client.ts';
import { newPlace, type Place, type StoreKind } from './stores.ts';

/** The key of the Django project that is the seed; a documented test value. */
export const TEST_KEY = 'seed-test-key-0123456789abcdef0123456789abcdef';
export const PASSWORD = 'wonderland123!';

/** Turns on all that settings add to the schema, but `KEY_ADMINISTRATION`, which needs a ring. */
export const ALL_ROOMS = {
  REGISTRATION: 'on',
  ROLES: 'on',
  DEVICE_NAMES: 'on',
  SECOND_FACTOR: 'on',
  SECOND_FACTOR_KEYS: 'a documented test value of more than 32 characters',
  STEP_UP: 'on',
  ACCOUNT_SELF_SERVICE: 'on',
  EMAIL: 'on',
  PASSWORD_RESET: 'on',
  USER_ADMINISTRATION: 'on',
  NOTICES: 'on',
} as const;

/** Time that a test moves. It starts now, so that a real client would agree. */
export class TestClock {
  #now = Date.now();
  readonly read = (): number => this.#now;
  /** NumericDate. */
  get seconds(): number {
    return Math.floor(this.#now / 1000);
  }
  advance(seconds: number): void {
    this.#now += seconds * 1000;
  }
  /** For tests with a second program, whose time runs by itself. */
  catchUp(): void {
    this.#now = Math.max(this.#now, Date.now());
  }
}

/** What a store with a clock of its own keeps beyond the end of a record. */
const MARGIN_MS = 600_000;

/** A store whose clock the test moves. It is ahead by the margin, so that a flush removes all that has expired by that of the test. */
export const flushedToTheSecond = (store: Store, clock: TestClock): Store => ({
  ...store,
  now: async () => new Date(clock.read() + MARGIN_MS),
});

/** A server under test, in this process, answering real HTTP requests. */
export interface TestServer extends RunningServer {
  readonly client: Client;
  readonly clock: TestClock;
  readonly alice: User;
  readonly place: Place;
  /** Signs alice in. */
  signIn(): Promise<{ access: string; refresh: string }>;
  remove(): Promise<void>;
}

export interface TestServerOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly hooks?: Hooks;
  readonly patience?: Patience;
  /** Of all that is logged nothing is kept, unless a test gives this. */
  readonly log?: Logger;
  /** Whether the server opens its store itself, which then has its own clock, and tells the log what is wrong with it. */
  readonly hasOwnStore?: boolean;
}

/** Starts a server on a fresh store with the user alice. */
export async function startTestServer(
  kind: StoreKind,
  {
    env = {},
    hooks = {},
    patience = { ...PATIENCE, leave: 20 },
    log = pino({ level: 'silent' }),
    hasOwnStore = false,
  }: TestServerOptions = {},
): Promise<TestServer> {
  const place = newPlace(kind);
  const clock = new TestClock();
  const settings = settingsFromEnvironment({
    NODE_ENV: 'test',
    PORT: '0',
    JWT_SIGNING_KEY: TEST_KEY,
    PASSWORD_HASH_COST: '4',
    ...place.env,
    ...env,
  });
  const store = hasOwnStore ? {} : { store: flushedToTheSecond(await openStore(settings), clock) };
  const server = await startServer({ settings, hooks, clock: clock.read, log, patience, ...store });
  const client = new Client(server.url);
  const alice = await server.auth.users.create({ username: 'alice', password: PASSWORD });
  return {
    ...server,
    client,
    clock,
    alice,
    place,
    signIn: () => client.signIn('alice', PASSWORD),
    remove: async () => {
      await server.close();
      await place.remove();
    },
  };
}
