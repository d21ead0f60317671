import { useState } from 'react';
import type { Session } from '../../src/client/react.ts';
import { whySignedOut } from '../problems/why-signed-out.ts';

/** Signs out, and says afterwards why nobody is signed in. */
export function useSignOut(session: Session) {
  const [wasServerTold, setWasServerTold] = useState(true);
  const signOut = async () => {
    if (session.status === 'signed-in') setWasServerTold(await session.signOut());
  };
  const why = session.status === 'signed-out' ? whySignedOut(session.reason, wasServerTold) : null;
  return { signOut, why };
}
