import { useApolloClient, useSubscription } from '@apollo/client/react';
import { useEffect } from 'react';
import { socket } from './client.ts';
import { SessionEventsDocument, SessionsDocument } from './generated/operations.ts';

/** Keeps the list of sessions up to date: the server tells of each change, so the page does not poll. */
export function useLiveSessions(): void {
  const client = useApolloClient();
  const reload = () => void client.refetchQueries({ include: [SessionsDocument] });
  useSubscription(SessionEventsDocument, { onData: reload, ignoreResults: true });
  // What happened while the socket was closed was not told.
  useEffect(() => socket.on('connected', (_socket, _payload, wasRetry) => wasRetry && reload()));
}
