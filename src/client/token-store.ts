import { createTokenApi, TokenRequestError, UNREACHABLE, type AnsweredTokens, type TokenApi } from './token-api.ts';
import { StateKeeper, type TokenState } from './token-state.ts';
import { memoryStorage, type HeldTokens } from './token-storage.ts';
import type { TokenStoreOptions } from './token-store-options.ts';

/** Between the attempts of one refresh: a lost answer is asked for again within the server's grace interval. */
const RETRY_AFTER_MS = [250, 1000, 3000];

const NO_COOKIE_MODE =
  'The server keeps no refresh token in a cookie. Expected JWT_REFRESH_COOKIE=on there, or another storage.';

const realSleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Keeps the tokens of one session fresh. It refreshes once, however many operations and tabs wait, and forgets the
 * tokens only when the server refuses them or the user signs out: no network error ever signs anybody out.
 */
export class TokenStore {
  readonly #api: TokenApi;
  readonly #keeper: StateKeeper;
  readonly #usesCookie: boolean;
  readonly #headerName: string;
  readonly #scheme: string;
  readonly #clock: () => number;
  readonly #sleep: (ms: number) => Promise<void>;
  #restoring: Promise<void> | null = null;
  #refreshing: Promise<void> | null = null;
  #refreshAbort = new AbortController();
  /** Whether a refresh may have been done without our hearing of it: then it must be asked for again soon. */
  #isUnanswered = false;

  constructor(options: TokenStoreOptions = {}) {
    const { url = '/graphql', storage = memoryStorage(), clock = () => Date.now() } = options;
    const fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
    this.#usesCookie = storage.usesCookie;
    this.#api = createTokenApi({ url, fetch, credentials: storage.usesCookie ? 'include' : 'same-origin' });
    this.#keeper = new StateKeeper(storage, clock);
    this.#headerName = (options.headerName ?? 'authorization').toLowerCase();
    this.#scheme = options.scheme ?? 'Bearer';
    this.#clock = clock;
    this.#sleep = options.sleep ?? realSleep;
    globalThis.addEventListener?.('online', this.#askAgain);
    void this.#known().catch(() => {}); // the next operation tries again and reports the error
  }

  /** The current state. The same object until it changes, as React's `useSyncExternalStore` requires. */
  readonly getState = (): TokenState => this.#keeper.state;

  /** Calls `listener` after each change, in other tabs too. Returns the function that unsubscribes. */
  readonly subscribe = (listener: () => void): (() => void) => this.#keeper.subscribe(listener);

  /**
   * A valid access token, refreshed first if it is about to expire; null if nobody is signed in.
   *
   * @throws TokenRequestError if it has expired and the server does not answer. Nobody is signed out by that.
   */
  async accessToken(): Promise<string | null> {
    await this.#known();
    const { held } = this.#keeper;
    if (held === null || this.#clock() < held.refreshAt) return held?.access ?? null;
    try {
      return await this.refresh(held.access);
    } catch (error) {
      if (this.#clock() < held.expiresAt) return held.access;
      throw error;
    }
  }

  /**
   * Refreshes the tokens. If the access token that a server refused is given, it does so only if there is no newer one yet.
   * Resolves to the new access token, or null if the server refused to refresh, which signs the user out.
   *
   * @throws TokenRequestError if the server does not answer
   */
  async refresh(refused?: string): Promise<string | null> {
    await this.#known();
    const { held } = this.#keeper;
    if (held !== null && held.access === (refused ?? held.access)) await this.#refreshOnce(held);
    return this.#keeper.held?.access ?? null;
  }

  /** The headers that carry an access token; none for null. */
  headers(access: string | null): Record<string, string> {
    return access === null ? {} : { [this.#headerName]: `${this.#scheme} ${access}` };
  }

  /** For `graphql-ws`: the payload of `connection_init`, made anew for every connection. It never rejects. */
  readonly connectionParams = async (): Promise<Record<string, string>> => {
    const access = await this.accessToken().catch(() => this.#keeper.held?.access ?? null);
    return this.headers(access);
  };

  /**
   * Signs in with a password.
   *
   * @throws TokenRequestError whose message can be shown; its outcome is `refused` where the credentials are wrong
   */
  signIn(username: string, password: string): Promise<void> {
    // Asking under the lock, too: the answer to a refresh under way must not put its cookie over the new one.
    return this.#insteadOfRefreshing(async () => this.#keeper.hold(await this.#api.obtain(username, password)));
  }

  /** Saves the tokens that an operation of your own returned, such as `passwordChange`. */
  save(answered: AnsweredTokens): Promise<void> {
    return this.#insteadOfRefreshing(() => this.#keeper.hold(answered));
  }

  /**
   * Signs out. If the server does not answer, the tokens are removed all the same and this resolves to false: the session
   * then expires on the server. In cookie mode only the server can remove the cookie, so this rejects instead.
   *
   * @throws TokenRequestError if the refresh token is in a cookie and the server does not answer
   */
  signOut(): Promise<boolean> {
    return this.#insteadOfRefreshing(async () => {
      const { held } = this.#keeper;
      const isInCookie = held === null ? this.#usesCookie : held.refresh === null;
      if (held === null && !isInCookie) return true;
      const hasEnded = await this.#end(held?.refresh ?? null, isInCookie);
      await this.#keeper.forget('signed_out');
      return hasEnded;
    });
  }

  /** Cancels a refresh under way: the user would wait for it, and its result would be discarded. */
  #insteadOfRefreshing<Result>(task: () => Promise<Result>): Promise<Result> {
    this.#refreshAbort.abort();
    this.#isUnanswered = false;
    return this.#keeper.exclusively(task);
  }

  async #end(refresh: string | null, isInCookie: boolean): Promise<boolean> {
    try {
      await this.#api.blacklist(refresh);
      return true;
    } catch (error) {
      if (isRefusal(error)) return true; // it had ended before
      if (isInCookie) throw error;
      return false;
    }
  }

  /** Stops listening to other tabs and to the network. The tokens stay where they are kept. */
  close(): void {
    this.#keeper.close();
    globalThis.removeEventListener?.('online', this.#askAgain);
  }

  /** Resolves when it is known whether somebody is signed in. */
  async #known(): Promise<void> {
    if (this.#keeper.state.status !== 'unknown') return;
    this.#restoring ??= this.#restore().finally(() => {
      this.#restoring = null;
    });
    await this.#restoring;
  }

  async #restore(): Promise<void> {
    const restoring = this.#keeper.restore();
    if (restoring) await restoring;
    if (this.#keeper.state.status === 'unknown') await this.#refreshOnce(null);
  }

  #refreshOnce(spent: HeldTokens | null): Promise<void> {
    this.#refreshing ??= this.#refreshFirst(spent).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #refreshFirst(spent: HeldTokens | null): Promise<void> {
    const { failures } = this.#keeper;
    const { signal } = (this.#refreshAbort = new AbortController());
    await this.#keeper.exclusively(async () => {
      if (this.#keeper.failures > failures) throw new TokenRequestError(UNREACHABLE, 'unavailable');
      await this.#exchange(spent, signal);
    });
  }

  async #exchange(spent: HeldTokens | null, signal: AbortSignal): Promise<void> {
    if (!(await this.#keeper.isCurrent(spent))) return;
    const refresh = spent?.refresh ?? null;
    try {
      const answered = await this.#request(refresh, signal);
      // Without rotation there is no successor: the refresh token stays.
      if (this.#keeper.held === spent) await this.#keeper.hold({ ...answered, refresh: answered.refresh ?? refresh });
    } catch (error) {
      if (spent === null && isMissing(error)) throw new TokenRequestError(NO_COOKIE_MODE, 'failed', error.reason);
      if (!isRefusal(error)) throw error;
      if (this.#keeper.held === spent) await this.#keeper.forget(spent === null ? null : error.reason);
    }
  }

  async #request(refresh: string | null, signal: AbortSignal, attempt = 0): Promise<AnsweredTokens> {
    try {
      const answered = await this.#api.refresh(refresh, signal);
      this.#isUnanswered = false;
      return answered;
    } catch (error) {
      if (!(error instanceof TokenRequestError)) throw error;
      this.#isUnanswered = error.outcome === 'unavailable' && !signal.aborted;
      const wait = RETRY_AFTER_MS[attempt];
      if (this.#isUnanswered && wait === undefined) this.#keeper.fail();
      if (!this.#isUnanswered || wait === undefined) throw error;
      await Promise.race([this.#sleep(wait), aborted(signal)]);
      if (signal.aborted) throw error;
      return this.#request(refresh, signal, attempt + 1);
    }
  }

  readonly #askAgain = (): void => {
    if (this.#isUnanswered) this.#refreshOnce(this.#keeper.held).catch(() => {});
  };
}

/**
 * Makes a token store for one session.
 *
 * @example
 * ```ts
 * import { browserStorage, createTokenStore } from 'graphql-simplejwt/client';
 *
 * const tokens = createTokenStore({ url: '/graphql', storage: browserStorage() });
 * await tokens.signIn('alice', 'wonderland123!');
 * const response = await fetch('/notes', { headers: tokens.headers(await tokens.accessToken()) });
 * ```
 */
export function createTokenStore(options: TokenStoreOptions = {}): TokenStore {
  return new TokenStore(options);
}

function aborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

function isRefusal(error: unknown): error is TokenRequestError {
  return error instanceof TokenRequestError && error.outcome === 'refused';
}

/** Whether the server asks for a refresh token that it would find in the cookie itself in cookie mode. */
function isMissing(error: unknown): error is TokenRequestError {
  return error instanceof TokenRequestError && error.reason === 'invalid_input';
}
