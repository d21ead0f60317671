import { useEffect, useState, useSyncExternalStore } from 'react';
import { connection } from './client.ts';

const RETRY_AFTER_MS = 5000;

interface Props {
  /** What the lost connection does not change. */
  readonly comfort: string;
  /** Asks the server again. */
  readonly retry: () => Promise<unknown>;
}

/** Says that the server does not answer, for as long as it does not, and asks it again now and then. */
export function ConnectionNotice({ comfort, retry }: Props) {
  const isLost = useSyncExternalStore(connection.subscribe, connection.isLost);
  const [isTrying, setIsTrying] = useState(false);

  const tryAgain = () => {
    if (isTrying) return;
    setIsTrying(true);
    void retry()
      .catch(() => {}) // the connection knows
      .finally(() => setIsTrying(false));
  };

  useEffect(() => {
    if (!isLost || isTrying) return undefined;
    const timer = setTimeout(tryAgain, RETRY_AFTER_MS);
    window.addEventListener('online', tryAgain);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('online', tryAgain);
    };
  });

  const what = navigator.onLine ? 'The server does not answer.' : 'You are offline.';
  return (
    <div className={isLost ? 'notice' : undefined}>
      <p role="status">{isLost && `${what} ${comfort}`}</p>
      {isLost && (
        <button type="button" onClick={tryAgain} aria-disabled={isTrying}>
          Retry
        </button>
      )}
    </div>
  );
}
