import { useEffect, useState } from 'react';
import type { TokenStore } from '../../../src/client/index.ts';
import { SessionEventsDocument, type SessionEventsSubscription } from '../../generated/console-operations.ts';
import { createSocket } from '../../sockets.ts';

export type LiveEvent = SessionEventsSubscription['sessionEvents'];

/** What happens to the sessions of the user while the page is open. */
export interface Live {
  /** How often something happened, or could not be heard for a while. */
  readonly changes: number;
  readonly last: LiveEvent | null;
}

/** Listens to the server, where it has subscriptions; without a socket, lists are as they were loaded. */
export function useLive(tokens: TokenStore, isOn: boolean): Live {
  const [live, setLive] = useState<Live>({ changes: 0, last: null });
  useEffect(() => {
    const changed = (last?: LiveEvent) =>
      setLive((known) => ({ changes: known.changes + 1, last: last ?? known.last }));
    const online = () => changed();
    addEventListener('online', online);
    const stopWaiting = () => removeEventListener('online', online);
    if (!isOn) return stopWaiting;
    const socket = createSocket(tokens);
    const leave = socket.subscribe<SessionEventsSubscription>(
      { query: String(SessionEventsDocument) },
      { next: ({ data }) => changed(data?.sessionEvents), error: () => {}, complete: () => {} },
    );
    const ignore = socket.on('connected', (_socket, _payload, wasRetry) => {
      if (wasRetry) changed();
    });
    return () => {
      stopWaiting();
      leave();
      ignore();
    };
  }, [tokens, isOn]);
  return live;
}
