import { useSyncExternalStore } from 'react';
import type { TokenState, TokenStore } from '../../src/client/index.ts';

/** Who is signed in: here, and in all tabs. */
export function useTokenState(tokens: TokenStore): TokenState {
  return useSyncExternalStore(tokens.subscribe, tokens.getState);
}
