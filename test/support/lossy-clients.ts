import { StoreUnavailable } from '../../src/contracts/errors.ts';
import type { Client, SecurityEvent } from '../../src/contracts/hooks.ts';
import type { SettingsInput } from '../../src/contracts/settings/settings-table.ts';
import { startTestLibrary, type TestLibrary } from './library.ts';
import type { StoreKind } from './stores.ts';

/** A number from 0 to 1 each time, the same ones for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** What is simulated. Times in seconds. */
export interface Population {
  readonly clients: number;
  readonly seconds: number;
  readonly accessLifetime: number;
  readonly seed: number;
  /** `JWT_REPLAY_WINDOW`; left out, its default. */
  readonly replayWindow?: number;
}

/** What came of it. */
export interface Outcome {
  /** Refreshes that were answered, attempts that were told to wait, and answers that were lost. */
  readonly answers: number;
  readonly failures: number;
  readonly losses: number;
  /** Why, when and who: the number of a client. */
  readonly signedOut: readonly string[];
  readonly events: readonly SecurityEvent[];
}

/** Between the attempts of one refresh, as `graphql-simplejwt/client` has them, and the time it waits for an answer. */
const RETRY_AFTER = [0.25, 1, 3];
const TIMEOUT = 10;
/** All that happens within so many seconds happens at once. */
const TICK = 0.25;

/** One person: their tabs share a storage, and do not wait for each other. */
interface Person {
  readonly agent: string;
  readonly addresses: readonly string[];
  stored: { refresh: string; due: number };
}

/**
 * A store that is cut off for 1 to 90 s, again and again: nothing is read then, and of what was on its way as it went, half
 * is written without an answer.
 */
class FlakyStore {
  #cutAt = 0;
  #backAt = 0;
  constructor(private readonly random: () => number) {}

  /** Is told the time, and plans the next cut when one is over. */
  at(now: number): void {
    if (now < this.#backAt) return;
    this.#cutAt = now + 5 + this.random() * 60;
    this.#backAt = this.#cutAt + 1 + this.random() * 89;
  }

  through(library: TestLibrary, clock: () => number): void {
    const { sessions, users } = library.seam.store as unknown as Record<string, Record<string, Method>>;
    for (const [methods, names] of [
      [sessions, SESSION_METHODS],
      [users, ['findById']],
    ] as const) {
      for (const name of names) {
        const method = methods?.[name];
        if (methods === undefined || method === undefined) throw new Error(`no method ${name}`);
        methods[name] = async (...args) => {
          const now = clock();
          const isCut = now >= this.#cutAt && now < this.#backAt;
          const isGoing = isCut && now < this.#cutAt + 2 * TICK && this.random() < 0.7;
          if (isCut && !isGoing) throw new StoreUnavailable(new Error('cut off'));
          const answer = await method(...args);
          if (isGoing && WRITES.has(name) && this.random() < 0.7) throw new StoreUnavailable(new Error('no answer'));
          return answer;
        };
      }
    }
  }
}

type Method = (...args: unknown[]) => Promise<unknown>;
const WRITES: ReadonlySet<string> = new Set(['rotate', 'noteReplay']);
const SESSION_METHODS = ['find', 'findWithUser', ...WRITES];

/** Lets so many people refresh for so long, and says who was signed out. */
export async function simulateLossyClients(
  kind: StoreKind,
  { clients, seconds, accessLifetime, seed, ...window }: Population,
): Promise<Outcome> {
  const random = randomFrom(seed);
  const between = (least: number, most: number) => least + random() * (most - least);
  const events: SecurityEvent[] = [];
  const settings: SettingsInput = { accessTokenLifetime: accessLifetime, maxSessions: 10_000, ...window };
  const library = await startTestLibrary(kind, { ...settings, onSecurityEvent: (event) => void events.push(event) });
  const { auth, clock, alice } = library;
  const begun = clock.read();
  const now = () => (clock.read() - begun) / 1000;
  const counts = { answers: 0, failures: 0, losses: 0 };
  const signedOut: string[] = [];
  const agenda = new Map<number, (() => Promise<void>)[]>();
  const after = (delay: number, work: () => Promise<void>) => {
    const tick = Math.max(Math.ceil((now() + delay) / TICK), Math.floor(now() / TICK) + 1);
    agenda.set(tick, [...(agenda.get(tick) ?? []), work]);
  };
  const clientOf = ({ agent, addresses }: Person): Client => ({
    userAgent: agent,
    ipAddress: addresses[random() < 0.8 ? 0 : 1] ?? null,
  });
  const dueAt = () => now() + accessLifetime - Math.min(30, accessLifetime / 4);

  /** One request: on its way, answered or not, and its answer on its way back. */
  const attempt = (person: Person, token: string, number: number, onEnd: () => void): Promise<void> => {
    const again = () => {
      const wait = RETRY_AFTER[number];
      if (wait === undefined) onEnd();
      else after(wait, () => attempt(person, token, number + 1, onEnd));
    };
    const fails = (share: number) => random() < share;
    if (fails(0.05)) {
      after(TIMEOUT, async () => again());
      return Promise.resolve();
    }
    return auth.tokens.refresh(token, clientOf(person)).then(
      ({ refresh }) => {
        counts.answers += 1;
        if (fails(0.15)) {
          counts.losses += 1;
          after(fails(0.5) ? 0.1 : TIMEOUT, async () => again());
          return;
        }
        after(fails(0.1) ? between(1, 9) : 0.1, async () => {
          person.stored = { refresh: refresh.token ?? '', due: dueAt() };
          onEnd();
        });
      },
      ({ action, reason }: { readonly action?: string; readonly reason?: string }) => {
        if (action !== 'WAIT') {
          signedOut.push(`${reason} at ${now()} s: ${person.agent}`);
          return;
        }
        counts.failures += 1;
        again();
      },
    );
  };

  /** A tab asks for something now and then, and refreshes first where that is due. */
  const openTab = (person: Person, interval: number): void => {
    const ask = async () => {
      const next = () => after(between(interval / 2, interval), ask);
      if (now() < person.stored.due) return next();
      await attempt(person, person.stored.refresh, 0, next);
    };
    after(between(0, interval), ask);
  };

  for (let index = 0; index < clients; index += 1) {
    const agent = `Mozilla/5.0 (device ${index})`;
    const person: Person = {
      agent,
      addresses: [`192.0.2.${index % 250}`, `2001:db8:${index}::1`],
      stored: { refresh: '', due: 0 },
    };
    const { refresh } = await auth.tokens.forUser(alice, { client: clientOf(person) });
    person.stored = { refresh: refresh.token, due: between(0, accessLifetime) };
    // One tab, two, or three; some people look at it all the time, others every few minutes.
    for (let tab = 0; tab <= index % 3; tab += 1) openTab(person, index % 4 === 0 ? 200 : 15);
  }
  const store = new FlakyStore(random);
  store.through(library, now);
  for (let tick = 1; tick * TICK <= seconds; tick += 1) {
    clock.advance(TICK);
    store.at(now());
    const works = agenda.get(tick) ?? [];
    agenda.delete(tick);
    await Promise.all(works.map((work) => work()));
  }
  await library.remove();
  return { ...counts, signedOut, events: events.filter(({ event }) => event.startsWith('token_')) };
}
