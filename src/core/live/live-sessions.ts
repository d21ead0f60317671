import { restOfTurn, type Clock } from '../../contracts/clock.ts';
import { AuthError, StoreUnavailable } from '../../contracts/errors.ts';
import { on, type EventSource } from '../../contracts/events.ts';
import type { Prove } from '../../contracts/proof.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { SessionRecord, Store } from '../../contracts/store/store.ts';
import type { KeySource } from '../keys/token-keys.ts';
import type { Authenticator } from '../tokens/authenticator.ts';
import type { AcceptedToken, TokenAcceptor } from '../tokens/token-acceptor.ts';
import { HISTORY_MS, SessionFeed } from './session-feed.ts';
import { endedFrom, eventsFrom } from './session-news.ts';
import type { SessionEvent } from './session-event.ts';

/** Between two looks at the store. Twice within the second in which an end takes effect. */
const INTERVAL_MS = 450;
/** Between two looks that something in this process asked for. */
const PAUSE_MS = 20;
/** How far a look goes back behind the beginning of the one before: between reading the clock and the end of a write. */
const OVERLAP_MS = 5000;
/** The same, now and then, for servers whose clocks differ. */
const LONG_OVERLAP_MS = 60_000;
const LONG_EVERY_MS = 5000;
/** Without an answer of the store for so long, nothing is known of any session. */
const MAX_SILENCE_MS = 60_000;

/** What it is made of. */
export interface LiveParts {
  readonly store: Store;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly events: Pick<EventSource, 'listen'>;
  readonly keys: Pick<KeySource, 'accepted'>;
  readonly acceptor: Pick<TokenAcceptor, 'accept'>;
  readonly authenticator: Pick<Authenticator, 'authenticate' | 'lookUp'>;
  readonly report: (error: unknown) => void;
}

/** A caller who is watched for as long as they are let in. */
export interface Watch {
  readonly token: AcceptedToken;
  /** Stops it. */
  close(): void;
}

interface Watched {
  readonly header: string | undefined;
  readonly prove: Prove | undefined;
  readonly token: AcceptedToken;
  readonly ended: (error: AuthError) => void;
}

/**
 * Knows of what happens to tokens and sessions while somebody listens: it looks at the store twice a second, and at once when
 * something happens in this process. While nobody listens it does nothing.
 */
export class LiveSessions {
  readonly #parts: LiveParts;
  readonly #feed = new SessionFeed();
  readonly #watched = new Set<Watched>();
  /** Those of whom a look could not say whether they are let in. */
  readonly #doubted = new Set<Watched>();
  #unlisten: (() => void) | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;
  #isToLookAgain = false;
  #keys = '';
  #knownAt = 0;
  #longAt = 0;
  /** Whether the latest look asked for events, too. */
  #hadEvents = false;
  #isReported = false;

  constructor(parts: LiveParts) {
    this.#parts = parts;
  }

  /**
   * Lets a caller in as a request would be, and calls `ended` once when they no longer would be: at `exp`, at the end of the
   * session or the account, or when the key is retired.
   *
   * @param prove one proof counts for as long as it is watched
   * @throws what `Authenticator.authenticate` throws
   */
  async watch(header: string | undefined, ended: (error: AuthError) => void, prove?: Prove): Promise<Watch> {
    const { acceptor, authenticator } = this.#parts;
    const watched: Watched = { header, prove, token: await acceptor.accept(header, prove), ended };
    this.#watched.add(watched); // before the store is asked: no end comes between
    this.#listen();
    const close = () => {
      this.#watched.delete(watched);
      this.#doubted.delete(watched);
      this.#restIfAlone();
    };
    try {
      await authenticator.authenticate(header, prove);
    } catch (error) {
      close();
      throw error;
    }
    return { token: watched.token, close };
  }

  /** What happens to the sessions of a user from now on, or from a moment of the last two minutes on. */
  events(userId: string, since?: Date): AsyncIterableIterator<SessionEvent> {
    const events = this.#feed.read(userId, since?.getTime() ?? this.#parts.clock());
    this.#listen();
    if (!this.#hadEvents) this.#lookSoon();
    return events;
  }

  /** Stops looking. Callers that are still watched are told nothing more. */
  close(): void {
    this.#watched.clear();
    clearTimeout(this.#timer);
    this.#unlisten?.();
    this.#unlisten = null;
  }

  #listen(): void {
    if (this.#unlisten !== null) return;
    const { events, clock } = this.#parts;
    this.#knownAt = clock();
    this.#longAt = 0;
    this.#hadEvents = false;
    this.#keys = this.#acceptedKeys();
    this.#unlisten = events.listen(
      on(['security', 'session_stepped', 'ring_changed'], (event) => {
        if (event.kind !== 'session_stepped' || event.step !== 'refreshed') this.#lookSoon();
      }),
    );
    this.#schedule();
  }

  #restIfAlone(): void {
    if (this.#watched.size === 0 && !this.#feed.isRead) this.close();
  }

  #lookSoon(): void {
    this.#isToLookAgain = true;
    if (!this.#isLooking) this.#schedule();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#unlisten === null) return;
    const pause = this.#isToLookAgain ? PAUSE_MS : Math.min(INTERVAL_MS, this.#untilNextEnd());
    this.#timer = setTimeout(() => void this.#look(), pause).unref();
  }

  /** Milliseconds to the first `exp`. */
  #untilNextEnd(): number {
    let first = Infinity;
    for (const { token } of this.#watched) first = Math.min(first, token.expiresAt);
    const { clock, settings } = this.#parts;
    return Math.max((first + settings.leeway) * 1000 - clock(), PAUSE_MS);
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    this.#isToLookAgain = false;
    try {
      await Promise.all([this.#askAboutTokens(), this.#askStore()]);
    } catch (error) {
      this.#parts.report(error);
    } finally {
      this.#isLooking = false;
      this.#restIfAlone();
      this.#schedule();
    }
  }

  /** What needs no store: those that have expired, and all where other keys are accepted than before. */
  async #askAboutTokens(): Promise<void> {
    const { clock, settings, acceptor } = this.#parts;
    const keys = this.#acceptedKeys();
    const isOther = keys !== this.#keys;
    this.#keys = keys;
    const now = clock() / 1000 - settings.leeway;
    const due = Array.from(this.#watched).filter(({ token }) => isOther || token.expiresAt <= now);
    await Promise.all(due.map((watched) => this.#ask(watched, () => acceptor.accept(watched.header, watched.prove))));
  }

  readonly #acceptedKeys = (): string => this.#parts.keys.accepted()?.join() ?? '';

  async #askStore(): Promise<void> {
    const { clock, authenticator } = this.#parts;
    const now = clock();
    const ended = await this.#learn(now).catch((error: unknown) => this.#notLearnt(error, now));
    if (this.#feed.isRead) await restOfTurn(); // who reads of their own end is to hear of it before it takes effect
    const names = new Set(ended?.map(({ id }) => id));
    const due = Array.from(this.#watched).filter(
      (watched) =>
        this.#doubted.has(watched) ||
        (watched.token.sessionId === null ? this.#asksOfAccounts : names.has(watched.token.sessionId)),
    );
    await Promise.all(due.map((watched) => this.#ask(watched, () => authenticator.lookUp(watched.token))));
  }

  /** No list tells of the end of what has no session. */
  get #asksOfAccounts(): boolean {
    return this.#parts.settings.authentication !== 'stateless';
  }

  /** Reads what is new. Resolves to the sessions that have ended. */
  async #learn(now: number): Promise<readonly SessionRecord[]> {
    const { sessions } = this.#parts.store;
    const isRead = this.#feed.isRead;
    const isFirst = isRead && !this.#hadEvents;
    const isLong = isFirst || now - this.#longAt >= LONG_EVERY_MS;
    const overlap = isLong ? LONG_OVERLAP_MS : OVERLAP_MS;
    const from = Math.min(this.#knownAt - overlap, isFirst ? now - HISTORY_MS : Infinity);
    const ended = await endedFrom(sessions, from);
    if (isRead) this.#feed.learn(await eventsFrom(sessions, from, ended), now - 2 * HISTORY_MS);
    this.#hadEvents = isRead;
    this.#knownAt = now;
    if (isLong) this.#longAt = now;
    this.#isReported = false;
    return ended;
  }

  /** As long as the store fails, nobody is told anything; after some time, everybody is told that. */
  #notLearnt(error: unknown, now: number): null {
    if (!this.#isReported) this.#parts.report(error);
    this.#isReported = true;
    if (now - this.#knownAt <= MAX_SILENCE_MS) return null;
    for (const watched of this.#watched) this.#end(watched, new StoreUnavailable(error));
    return null;
  }

  async #ask(watched: Watched, question: () => Promise<unknown>): Promise<void> {
    try {
      await question();
      this.#doubted.delete(watched);
    } catch (error) {
      if (error instanceof AuthError && error.code !== 'SERVICE_UNAVAILABLE') return this.#end(watched, error);
      this.#doubted.add(watched);
      if (!(error instanceof AuthError)) throw error;
    }
  }

  #end(watched: Watched, error: AuthError): void {
    this.#doubted.delete(watched);
    if (this.#watched.delete(watched)) watched.ended(error);
  }
}
