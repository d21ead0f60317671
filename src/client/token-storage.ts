import { report, whenThere, type Awaitable } from './awaitable.ts';
import type { HeldTokens } from './held-tokens.ts';

/** Where a client keeps its tokens. In names, `{url}` stands for the URL of the server: each has tokens of its own. */
export interface TokenStorage {
  /** The name under which all pages of an origin share what is saved; null if it is of this store alone. */
  readonly sharedAs: string | null;
  /** Whether the refresh token may be in a cookie, so that one may be signed in though nothing was saved. */
  readonly usesCookie: boolean;
  /**
   * What was saved last. Without a promise, where the storage can: a page then knows at once who is signed in.
   *
   * @param url the URL of the server, in full where it is known; for storages that serve several
   */
  load(url?: string): Awaitable<HeldTokens | null>;
  /** Saves the tokens; null removes them. */
  save(tokens: HeldTokens | null, url?: string): Awaitable<void>;
}

/** What React Native's `AsyncStorage` and the web's storages have in common. */
export interface ItemStorage {
  getItem(key: string): Awaitable<string | null>;
  setItem(key: string, value: string): Awaitable<unknown>;
  removeItem(key: string): Awaitable<unknown>;
}

/** Where tokens were before each server had a key of its own. */
const FORMER_KEY = 'graphql-simplejwt';
const DEFAULT_KEY = `${FORMER_KEY}:{url}`;

/** A name with the URL of the server in it. */
export const nameFor = (name: string, url = ''): string => name.replace('{url}', () => url);

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
 * @param key names what tabs share; `{url}` in it stands for the URL of the server. Default: a name for each server.
 *
 * @example
 * ```ts
 * import { cookieStorage, createTokenStore } from 'graphql-simplejwt/client';
 *
 * const tokens = createTokenStore({ url: '/graphql', storage: cookieStorage() });
 * ```
 */
export function cookieStorage(key = DEFAULT_KEY): TokenStorage {
  return { ...memoryStorage(), sharedAs: key, usesCookie: true };
}

/**
 * Keeps tokens in `localStorage`: tabs share a session, and it survives the browser. Scripts of the page can read it. Where
 * the browser forbids it, tokens live as long as the page.
 *
 * @param key as in `itemStorage`
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
 * @param key the name of the item; `{url}` in it stands for the URL of the server. Default: a name for each server.
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
  const storage: TokenStorage = {
    sharedAs: null,
    usesCookie: false,
    load: (url) =>
      whenThere(items.getItem(nameFor(key, url)), (text) =>
        text === null && key === DEFAULT_KEY ? takeFormer(url) : parseTokens(text),
      ),
    save: async (tokens, url) => {
      const name = nameFor(key, url);
      await (tokens === null ? items.removeItem(name) : items.setItem(name, JSON.stringify(tokens)));
    },
  };

  /** Once: under the former name they would be a second copy, whose refresh token is soon spent. */
  const move = async (tokens: HeldTokens, url?: string): Promise<void> => {
    try {
      await storage.save(tokens, url);
    } finally {
      await items.removeItem(FORMER_KEY);
    }
  };
  const takeFormer = (url?: string): Awaitable<HeldTokens | null> =>
    whenThere(items.getItem(FORMER_KEY), (text) => {
      const tokens = parseTokens(text);
      if (tokens !== null) move(tokens, url).catch(report);
      return tokens;
    });
  return storage;
}

/** Stored data may be of another program: then there is nothing. What it is, the store checks. */
function parseTokens(text: string | null): HeldTokens | null {
  try {
    return JSON.parse(text ?? 'null') as HeldTokens | null;
  } catch {
    return null;
  }
}
