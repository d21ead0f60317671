import { useApolloClient, useSubscription } from '@apollo/client/react';
import { useEffect } from 'react';
import { socket } from './client.ts';
import { SessionEventsDocument, SessionsDocument } from './generated/operations.ts';

/** Keeps the list of sessions as it is, whoever changes it: the server tells, and nobody asks again and again. */
export function useLiveSessions(): void {
  const client = useApolloClient();
  const reload = () => void client.refetchQueries({ include: [SessionsDocument] });
  useSubscription(SessionEventsDocument, { onData: reload, ignoreResults: true });
  // What happened while the socket was closed was not told.
  useEffect(() => socket.on('connected', (_socket, _payload, wasRetry) => wasRetry && reload()));
}
