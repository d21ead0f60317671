import { areDue } from './held-tokens.ts';
import { createPatientApi } from './patient-api.ts';
import { delay, isPage } from './tabs.ts';
import { TokenRequestError } from './token-api.ts';
import { createStateKeeper, type TokenState } from './token-state.ts';
import { memoryStorage } from './token-storage.ts';
import type { TokenStore } from './token-store.ts';
import type { TokenStoreOptions } from './token-store-options.ts';

const NO_COOKIE_MODE = 'The server has no cookie mode. Expected JWT_REFRESH_COOKIE=on, or another storage.';
const REPLACED = 'Somebody else has signed in.';
const NOT_A_PAGE = 'graphql-simplejwt: a server needs createRequestTokens.';

/** How long those who sign in or out wait for another tab to give way. */
const IN_A_HURRY_MS = 1000;

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
  const { url = '/graphql', storage = memoryStorage(), clock = () => Date.now() } = options;
  const { headerName = 'authorization', scheme = 'Bearer', sleep = delay } = options;
  const { usesCookie, sharedAs } = storage;
  const credentials = usesCookie ? 'include' : 'same-origin';
  // Looked up for each request: others wrap it after we are loaded.
  const fetch: typeof globalThis.fetch = (...request) => (options.fetch ?? globalThis.fetch)(...request);
  const api = createPatientApi({ url, fetch, credentials }, clock, sleep);
  const keeper = createStateKeeper(storage, nameOf(url), clock, (why) => refreshAbort.abort(why));
  const { tabs, state, held } = keeper;
  let refreshing: { readonly spent: TokenState; readonly done: Promise<void> } | null = null;
  let refreshAbort = new AbortController();
  /** The state whose refresh may have been done without our hearing of it: then it must be asked for again soon. */
  let unanswered: TokenState | null = null;

  function open(): void {
    if (!tabs.open()) return;
    globalThis.addEventListener?.('online', askAgain);
    void keeper.sync();
  }

  const isUnknown = () => state().status === 'unknown';

  /** Resolves when it is known whether somebody is signed in. */
  async function known(): Promise<void> {
    open();
    if (isUnknown()) await keeper.restored;
    if (isUnknown()) await refreshOnce();
  }

  function askAgain(): void {
    if (unanswered === state()) refreshOnce().catch(() => {});
  }

  function refreshOnce(): Promise<void> {
    const spent = state();
    if (refreshing?.spent === spent) return refreshing.done;
    const done = refresh(spent).finally(() => {
      if (refreshing?.done === done) refreshing = null;
    });
    refreshing = { spent, done };
    return done;
  }

  /** A refresh that gives way to a sign-in in another tab comes after it, and is then often not due any more. */
  async function refresh(before: TokenState): Promise<void> {
    const { signal } = (refreshAbort = new AbortController());
    // Another tab may have refreshed them, even one that stopped waiting for the lock.
    const isCurrent = async () => {
      await keeper.sync();
      return state() === before;
    };
    try {
      await tabs.exclusively(async () => {
        if (await isCurrent()) await exchange(before, signal, isCurrent);
      });
    } catch (error) {
      if (signal.reason !== 'hurry') throw error;
      await refresh(before);
    }
  }

  async function exchange(before: TokenState, signal: AbortSignal, isCurrent: () => Promise<boolean>): Promise<void> {
    unanswered = before;
    const spent = held();
    try {
      const answered = await api.refresh(spent?.refresh ?? null, signal, isCurrent);
      if (await isCurrent()) await keeper.hold(answered, spent);
    } catch (error) {
      const { outcome, reason } = error as TokenRequestError;
      if (state() !== before) return;
      if (outcome === 'unavailable') {
        if (!signal.aborted) tabs.announce({ status: 'unanswered' });
        throw error;
      }
      unanswered = null;
      // It asks for the token that it would find in the cookie itself in cookie mode.
      if (spent === null && reason === 'invalid_input') throw new TokenRequestError(NO_COOKIE_MODE, 'failed', reason);
      if (outcome !== 'refused') throw error;
      await keeper.forget(spent === null ? null : reason);
    }
  }

  /** Cancels a refresh under way, in any tab: the user would wait for it, and its result would be discarded. */
  function insteadOfRefreshing<Result>(task: () => Promise<Result>): Promise<Result> {
    open();
    refreshAbort.abort();
    tabs.hurry();
    return tabs.exclusively(task, IN_A_HURRY_MS).finally(askAgain);
  }

  async function end(token: string | null): Promise<boolean> {
    try {
      await api.blacklist(token);
    } catch (error) {
      if ((error as TokenRequestError).outcome === 'refused') return true; // it had ended before
      if (token === null) throw error;
      return false;
    }
    return true;
  }

  const headers = (access: string | null): Record<string, string> =>
    access === null ? {} : { [headerName.toLowerCase()]: `${scheme} ${access}` };

  async function accessToken(): Promise<string | null> {
    const begun = held();
    await known();
    const before = held();
    if (before !== null && areDue(before, clock())) {
      await refreshOnce().catch((error: unknown) => {
        if (clock() >= before.expiresAt) throw error;
      });
    }
    const now = held();
    if (now !== null && now.chain !== (begun ?? before ?? now).chain) throw new TokenRequestError(REPLACED, 'refused');
    return now?.access ?? null;
  }

  if (sharedAs !== null && !isPage()) console.warn(NOT_A_PAGE);
  // A page shows who is signed in. The next operation tries again, and reports the error.
  if (isPage()) known().catch(() => {});
  return {
    getState: state,
    headers,
    accessToken,
    subscribe: (listener) => {
      open();
      return keeper.subscribe(listener);
    },
    refresh: async (refused) => {
      await known();
      const before = held();
      if (refused !== undefined) {
        if (before === null || !keeper.isOfSession(refused)) return null;
        if (refused === before.access && !(await api.mayAskFor(before))) return null;
      }
      if (before !== null && held() === before && (refused ?? before.access) === before.access) await refreshOnce();
      const now = held();
      return refused === undefined || now?.chain === before?.chain ? (now?.access ?? null) : null;
    },
    connectionParams: async () => headers(await accessToken().catch(() => held()?.access ?? null)),
    // Asking under the lock, too: the answer to a refresh under way must not put its cookie over the new one.
    signIn: (username, password) => insteadOfRefreshing(async () => keeper.hold(await api.obtain(username, password))),
    save: (answered) => insteadOfRefreshing(async () => keeper.hold(api.checked(answered))),
    signOut: () => {
      const begun = held();
      return insteadOfRefreshing(async () => {
        await keeper.sync();
        const now = held();
        const isInCookie = now === null ? usesCookie : now.refresh === null;
        // Somebody else has signed in, in another tab: they stay signed in.
        if (begun !== null && now?.chain !== begun.chain) return begun.refresh === null || end(begun.refresh);
        if (isInCookie) await end(null);
        if (isInCookie || now !== null) await keeper.forget('signed_out');
        // Under the lock, too: a tab that has not heard of it would refresh what is ending.
        return isInCookie || now === null || end(now.refresh);
      });
    },
    close: () => {
      keeper.close();
      globalThis.removeEventListener?.('online', askAgain);
    },
  };
}

/** A server has one name, however its URL is written. Where that is relative, and there is no page, it stays. */
function nameOf(url: string): string {
  try {
    const { origin, pathname } = new URL(url, globalThis.location?.href);
    return origin + pathname;
  } catch {
    return url;
  }
}
