import { useState } from 'react';
import { deviceOf } from '../parts/device.tsx';
import type { LiveEvent } from './use-live.ts';
import { useOnline } from './use-online.ts';
import { linkTo } from './use-route.ts';

/** What a user should know wherever they are: that they are offline, and that somebody signed in. */
export function Notices({ last }: { readonly last: LiveEvent | null }) {
  const isOnline = useOnline();
  const [seen, setSeen] = useState<string | null>(null);
  const isNew = last?.kind === 'BEGAN' && !last.session.current && last.id !== seen;
  return (
    <div role="status" className="notices">
      {!isOnline && (
        <p className="notice">
          You are offline. What is shown was true when it was loaded, and is loaded again when you are back.
        </p>
      )}
      {last !== null && isNew && (
        <p className="notice">
          <span>
            New sign-in to your account: {deviceOf(last.session)}, {last.session.ipAddress ?? 'address unknown'}. If it
            was not you, revoke it and change your password.
          </span>
          <a href={linkTo('sessions')}>See sessions</a>
          <button onClick={() => setSeen(last.id)}>Dismiss</button>
        </p>
      )}
    </div>
  );
}
