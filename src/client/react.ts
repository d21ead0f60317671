'use client';
import {
  createContext,
  createElement,
  Fragment,
  useCallback,
  useContext,
  useRef,
  useState,
  useSyncExternalStore,
  type ReactElement,
  type ReactNode,
} from 'react';
import type { HeldTokens } from './held-tokens.ts';
import type { TokenState } from './token-state.ts';
import type { TokenStore } from './token-store.ts';

const Tokens = createContext<TokenStore | null>(null);

/**
 * Gives a token store to the hooks below it. On a server, make the store for the request, with `createRequestTokens`.
 *
 * @example
 * ```tsx
 * import { RequireSession, SessionProvider } from 'graphql-simplejwt/react';
 *
 * export const App = () => (
 *   <SessionProvider tokens={tokens}>
 *     <RequireSession signedOut={<SignInPage />}>
 *       <HomePage />
 *     </RequireSession>
 *   </SessionProvider>
 * );
 * ```
 */
export function SessionProvider(props: { readonly tokens: TokenStore; readonly children?: ReactNode }): ReactElement {
  return createElement(Tokens.Provider, { value: props.tokens }, props.children);
}

/**
 * The token store of the nearest `SessionProvider`.
 *
 * @throws Error if there is none
 */
export function useTokens(): TokenStore {
  const tokens = useContext(Tokens);
  if (tokens === null)
    throw new Error('No token store. Expected a <SessionProvider tokens={...}> around this component.');
  return tokens;
}

/** Who is signed in, as `useSession` tells. */
export type Session =
  | { readonly status: 'unknown' }
  | { readonly status: 'signed-in'; readonly tokens: HeldTokens; readonly signOut: () => Promise<boolean> }
  | {
      readonly status: 'signed-out';
      /** The server's `extensions.reason`, `signed_out` if the user signed out, null if nobody was signed in. */
      readonly reason: string | null;
    };

const UNKNOWN: TokenState = { status: 'unknown' };

/**
 * Whether somebody is signed in, and how to sign out: `TokenStore.signOut`. While a server renders, and while a browser takes
 * over what it rendered, nobody knows: both must show the same.
 */
export function useSession(): Session {
  const tokens = useTokens();
  const state = useSyncExternalStore(tokens.subscribe, tokens.getState, () => UNKNOWN);
  return state.status === 'signed-in' ? { ...state, signOut: tokens.signOut } : state;
}

/** A sign-in, as a form needs it. */
export interface SignIn {
  /** Signs in. It never rejects, and resolves to whether somebody is signed in now. A second call waits for the first. */
  readonly signIn: (username: string, password: string) => Promise<boolean>;
  readonly isPending: boolean;
  /** What the last attempt failed with, mostly a `TokenRequestError` whose message can be shown; null if it did not. */
  readonly error: unknown;
}

/** Signs in with a password, one attempt at a time. */
export function useSignIn(): SignIn {
  const tokens = useTokens();
  const [isPending, setIsPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const attempt = useRef<Promise<boolean> | null>(null);
  const signIn = useCallback(
    (username: string, password: string) => {
      const run = async () => {
        setIsPending(true);
        setError(null);
        try {
          await tokens.signIn(username, password);
          return true;
        } catch (caught) {
          setError(caught);
          return false;
        } finally {
          attempt.current = null;
          setIsPending(false);
        }
      };
      attempt.current ??= run();
      return attempt.current;
    },
    [tokens],
  );
  return { signIn, isPending, error };
}

/** What `RequireSession` shows. */
export interface RequireSessionProps {
  /** For those who are signed in. Mounted anew for each session: nobody sees what another left on the screen. */
  readonly children?: ReactNode;
  /** For those who are not: the page to sign in. */
  readonly signedOut?: ReactNode;
  /** As long as nobody knows, and in what a server renders. */
  readonly unknown?: ReactNode;
}

/** Shows its children to those who are signed in. It hides; it is the server that protects. */
export function RequireSession({ children, signedOut, unknown }: RequireSessionProps): ReactElement {
  const session = useSession();
  if (session.status === 'signed-in') return createElement(Fragment, { key: session.tokens.chain }, children);
  return createElement(Fragment, null, session.status === 'unknown' ? unknown : signedOut);
}
