import { afterEach, expect, jest, test } from '@jest/globals';
import * as fc from 'fast-check';
import { browserStorage, createTokenStore, TokenRequestError, type TokenStore } from '../../src/client/index.ts';
import { Platform } from './simulation/platform.ts';
import { RotatingServer, sessionOf, type Fate } from './simulation/rotating-server.ts';

const RUNS = process.env['EFFORT'] === 'full' ? 5000 : 200;
const MINUTE = 60_000;

type Deed =
  | { readonly what: 'operation' | 'refusedOperation' | 'signOut' | 'close' | 'reload'; readonly tab: number }
  | { readonly what: 'signIn'; readonly tab: number; readonly user: string }
  | { readonly what: 'time'; readonly ms: number }
  | { readonly what: 'clockJump'; readonly ms: number };

const tab = fc.nat(2);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ what: fc.constantFrom('operation' as const, 'refusedOperation' as const), tab }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constantFrom('signOut' as const, 'close' as const, 'reload' as const), tab }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('signIn' as const), tab, user: fc.constantFrom('alice', 'bob') }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ what: fc.constant('time' as const), ms: fc.constantFrom(0, 10, 400, 6000, 5 * MINUTE) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('clockJump' as const), ms: fc.constantFrom(-60 * MINUTE, 60 * MINUTE) }),
  },
);
const fate: fc.Arbitrary<Fate> = fc.record({
  ms: fc.constantFrom(1, 100, 4000),
  kind: fc.oneof(
    { weight: 8, arbitrary: fc.constant('answered' as const) },
    { weight: 3, arbitrary: fc.constantFrom('unsent' as const, 'lost' as const, 'hangs' as const, 'odd' as const) },
  ),
});
const delivery = fc.option(fc.constantFrom(0, 1, 20, 300), { freq: 4 });

afterEach(() => {
  jest.useRealTimers();
  for (const name of ['document', 'localStorage', 'navigator']) Reflect.deleteProperty(globalThis, name);
});

/** Gives the values one after the other, again and again. */
function endless<Value>(values: readonly Value[], otherwise: Value): () => Value {
  let next = 0;
  return () => values[next++ % values.length] ?? otherwise;
}

/** One browser with three tabs, and what must never happen in it. */
class World {
  readonly #platform: Platform;
  readonly #server: RotatingServer;
  readonly #tabs: TokenStore[] = [];
  readonly #pending = new Set<Promise<unknown>>();
  /** The sessions that somebody signed out of. */
  readonly #left = new Set<number>();
  /** The last step that was stored of each session. */
  readonly #stored = new Map<number, number>();
  #signingOutAny = 0;
  #jumped = 0;
  #isCalm = false;
  readonly faults: string[] = [];

  constructor(fates: readonly Fate[], deliveries: readonly (number | null)[]) {
    const nextFate = endless<Fate>(fates, { ms: 1, kind: 'answered' });
    this.#platform = new Platform(endless<number | null>(deliveries, 0));
    this.#server = new RotatingServer(
      () => (this.#isCalm ? { ms: 1, kind: 'answered' } : nextFate()),
      () => Date.now(),
    );
    this.#platform.onWrite = (value) => {
      const [session = -1, step = -1] = (JSON.parse(value) as { refresh: string }).refresh.split('.').map(Number);
      this.#stored.set(session, step);
    };
    this.#server.onSent = (session, step) => {
      // After a sign-out there is nothing in the storage, and nothing to lose.
      if (!this.#server.isOver(session) && step < (this.#stored.get(session) ?? 0))
        this.faults.push(`${session}.${step} was sent after its successor was stored`);
    };
    this.#server.onSignOut = (session) => {
      if (this.#signingOutAny > 0) this.#left.add(session);
    };
    this.#platform.install();
    for (const index of [0, 1, 2]) this.#open(index);
  }

  async do(deeds: readonly Deed[]): Promise<void> {
    for (const deed of deeds) {
      this.#do(deed);
      await jest.advanceTimersByTimeAsync(deed.what === 'time' ? deed.ms : 0);
    }
  }

  /** The network is good from now on; whatever was begun ends, and whoever is signed in can go on. */
  async settle(): Promise<void> {
    this.#isCalm = true;
    await jest.advanceTimersByTimeAsync(10 * MINUTE);
    if (this.#pending.size > 0) this.faults.push(`${this.#pending.size} calls never ended`);
    for (const tokens of this.#tabs) this.#operate(tokens, false);
    await jest.advanceTimersByTimeAsync(MINUTE);
    if (this.#pending.size > 0) this.faults.push('an operation never ended');
    for (const session of this.#server.reused) this.faults.push(`a refresh token of session ${session} was used twice`);
    for (const tokens of this.#tabs) tokens.close();
    await jest.advanceTimersByTimeAsync(MINUTE);
  }

  #do(deed: Deed): void {
    if (deed.what === 'time') return;
    if (deed.what === 'clockJump') {
      this.#jumped += deed.ms;
      return;
    }
    const tokens = this.#tabs[deed.tab];
    if (tokens === undefined) return;
    switch (deed.what) {
      case 'operation':
      case 'refusedOperation':
        return this.#operate(tokens, deed.what === 'refusedOperation');
      case 'signIn':
        return this.#wait(tokens.signIn(deed.user, 'password'));
      case 'signOut': {
        const session = held(tokens);
        if (session !== null) {
          this.#left.add(session);
          return this.#wait(tokens.signOut());
        }
        // Asked for while nobody was signed in here, it ends the session that comes before its turn.
        this.#signingOutAny += 1;
        return this.#wait(tokens.signOut().finally(() => (this.#signingOutAny -= 1)));
      }
      case 'close':
        return tokens.close();
      case 'reload':
        tokens.close();
        this.#open(deed.tab);
    }
  }

  #open(index: number): void {
    const tokens = createTokenStore({
      url: 'https://auth.example.com/graphql',
      storage: browserStorage(),
      fetch: this.#server.fetch,
      clock: () => Date.now() + this.#jumped,
    });
    this.#tabs[index] = tokens;
    let before = held(tokens);
    tokens.subscribe(() => {
      const now = held(tokens);
      if (before !== null && now === null && this.#isUnasked(before))
        this.faults.push(`session ${before} was signed out`);
      before = now;
    });
  }

  #isUnasked(session: number): boolean {
    if (this.#signingOutAny > 0) this.#left.add(session);
    return !this.#left.has(session);
  }

  /** As a link does: a token, and once more with another where the server refuses it. */
  #operate(tokens: TokenStore, isRefused: boolean): void {
    const begun = held(tokens);
    const check = (access: string | null) => {
      if (access !== null && begun !== null && sessionOf(access) !== begun)
        this.faults.push(`an operation of session ${begun} was sent as session ${sessionOf(access)}`);
      return access;
    };
    const operate = async () => {
      const access = check(await tokens.accessToken());
      if (access !== null && isRefused) check(await tokens.refresh(access));
    };
    this.#wait(operate());
  }

  #wait(promise: Promise<unknown>): void {
    const ended = promise.then(
      () => {},
      (error: unknown) => {
        if (!(error instanceof TokenRequestError)) this.faults.push(String(error));
      },
    );
    this.#pending.add(ended);
    void ended.then(() => this.#pending.delete(ended));
  }
}

function held(tokens: TokenStore): number | null {
  const state = tokens.getState();
  return state.status === 'signed-in' ? sessionOf(state.tokens.access) : null;
}

test('S57: whatever tabs, network and clocks do, nobody is signed out or acts as somebody else, and everything ends', async () => {
  const deeds = fc.array(deed, { minLength: 1, maxLength: 25 });
  const weather = [fc.array(fate, { minLength: 1 }), fc.array(delivery, { minLength: 1 })] as const;
  const property = fc.asyncProperty(deeds, ...weather, async (done, fates, deliveries) => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    const world = new World(fates, deliveries);
    await world.do([{ what: 'signIn', tab: 0, user: 'alice' }, { what: 'time', ms: 400 }, ...done]);
    await world.settle();
    expect(world.faults).toEqual([]);
  });
  await fc.assert(property, { numRuns: RUNS });
}, 900_000);
