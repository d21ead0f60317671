import { useState } from 'react';
import type { TokenState, TokenStore } from '../../src/client/index.ts';
import { whySignedOut } from '../problems/why-signed-out.ts';

/** Signs out, and says afterwards why nobody is signed in. */
export function useSignOut(tokens: TokenStore, state: TokenState) {
  const [wasServerTold, setWasServerTold] = useState(true);
  const signOut = async () => setWasServerTold(await tokens.signOut());
  const why = state.status === 'signed-out' ? whySignedOut(state.reason, wasServerTold) : null;
  return { signOut, why };
}
