/** The tokens of one session, as a client holds them. */
export interface HeldTokens {
  readonly access: string;
  /** Null where a cookie holds it, out of reach of scripts. */
  readonly refresh: string | null;
  /** The session they belong to: the claim `sid`; null for tokens of other issuers. It stays when they are refreshed. */
  readonly sessionId: string | null;
  /** When they were received. Milliseconds since the epoch by the clock of this device, as the next two. */
  readonly receivedAt: number;
  /** When to refresh: a little before the end. */
  readonly refreshAt: number;
  /** When the access token expires. */
  readonly expiresAt: number;
}

type Awaitable<Value> = Value | Promise<Value>;

/** Where a client keeps its tokens. */
export interface TokenStorage {
  /** The name under which all tabs of an origin share what is saved; null if it is of this tab alone. */
  readonly sharedAs: string | null;
  /** Whether the refresh token may be in a cookie, so that one may be signed in though nothing was saved. */
  readonly usesCookie: boolean;
  /** What was saved last. Without a promise, where the storage can: a page then knows at once who is signed in. */
  load(): Awaitable<HeldTokens | null>;
  /** Saves the tokens; null removes them. */
  save(tokens: HeldTokens | null): Awaitable<void>;
}

/** What React Native's `AsyncStorage` and the web's storages have in common. */
export interface ItemStorage {
  getItem(key: string): Awaitable<string | null>;
  setItem(key: string, value: string): Awaitable<unknown>;
  removeItem(key: string): Awaitable<unknown>;
}

const DEFAULT_KEY = 'graphql-simplejwt';

/** Keeps tokens for as long as the page or program lives. Nothing is written anywhere. */
export function memoryStorage(): TokenStorage {
  let held: HeldTokens | null = null;
  return {
    sharedAs: null,
    usesCookie: false,
    load: () => held,
    save: (tokens) => {
      held = tokens;
    },
  };
}

/**
 * For servers with `JWT_REFRESH_COOKIE=on`: the browser keeps the refresh token in a cookie that no script can read,
 * and the access token stays in memory. Tabs share a session; a reload goes on with it.
 *
 * @example
 * ```ts
 * import { cookieStorage, createTokenStore } from 'graphql-simplejwt/client';
 *
 * const tokens = createTokenStore({ url: '/graphql', storage: cookieStorage() });
 * ```
 */
export function cookieStorage(key = DEFAULT_KEY): TokenStorage {
  return { sharedAs: key, usesCookie: true, load: () => null, save: () => {} };
}

/**
 * Keeps tokens in `localStorage`: tabs share a session, and it survives the browser. Scripts of the page can read it. Where
 * the browser forbids it, tokens live as long as the page.
 */
export function browserStorage(key = DEFAULT_KEY): TokenStorage {
  const items: ItemStorage = {
    getItem: (name) => localStorage.getItem(name),
    setItem: (name, value) => localStorage.setItem(name, value),
    removeItem: (name) => localStorage.removeItem(name),
  };
  return { ...itemStorage(items, key), sharedAs: key };
}

/**
 * Keeps tokens in React Native's `AsyncStorage`, or whatever else has its three methods. Not in `sessionStorage`: a
 * duplicated tab copies it, and two holders of one refresh token end the session.
 *
 * @example
 * ```ts
 * import AsyncStorage from '@react-native-async-storage/async-storage';
 * import { createTokenStore, itemStorage } from 'graphql-simplejwt/client';
 *
 * const url = 'https://auth.example.com/graphql';
 * const tokens = createTokenStore({ url, storage: itemStorage(AsyncStorage) });
 * ```
 */
export function itemStorage(items: ItemStorage, key = DEFAULT_KEY): TokenStorage {
  return {
    sharedAs: null,
    usesCookie: false,
    load: () => {
      const text = items.getItem(key);
      return typeof text === 'string' || text === null ? parseTokens(text) : text.then(parseTokens);
    },
    save: async (tokens) => {
      await (tokens === null ? items.removeItem(key) : items.setItem(key, JSON.stringify(tokens)));
    },
  };
}

/** Stored data may be of an older version or another program: then there is nothing. */
function parseTokens(text: string | null): HeldTokens | null {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    return isHeldTokens(value) ? value : null;
  } catch {
    return null;
  }
}

/** Whether a value from outside is tokens. */
export function isHeldTokens(value: unknown): value is HeldTokens {
  if (typeof value !== 'object' || value === null) return false;
  const { access, refresh, sessionId, receivedAt, refreshAt, expiresAt } = value as {
    [Key in keyof HeldTokens]?: unknown;
  };
  const isName = (part: unknown) => part === null || typeof part === 'string';
  const areTimes = [receivedAt, refreshAt, expiresAt].every((time) => typeof time === 'number');
  return typeof access === 'string' && isName(refresh) && isName(sessionId) && areTimes;
}
