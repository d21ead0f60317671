import type { Client } from 'graphql-ws';
import { useEffect } from 'react';
import { SessionEventsDocument } from '../generated/console-operations.ts';

/** Calls back when something happens to a session of the user, and after a time in which that could not be heard. */
export function useSessionEvents(socket: Client, changed: () => Promise<void>): void {
  useEffect(() => {
    const leave = socket.subscribe(
      { query: String(SessionEventsDocument) },
      { next: () => void changed(), error: () => {}, complete: () => {} }, // without a socket the list is as it was loaded
    );
    const ignore = socket.on('connected', (_socket, _payload, wasRetry) => {
      if (wasRetry) void changed();
    });
    return () => {
      leave();
      ignore();
    };
  }, [socket, changed]);
}
