import type { Monitor } from '../contracts/monitor.ts';
import type { Store } from '../contracts/store/store.ts';

type Collection = 'users' | 'sessions' | 'blacklist' | 'attempts' | 'services' | 'activity';
type Method = (...args: never[]) => Promise<unknown>;

/** A store whose every method is watched, but for `close`. It is the store in all else. */
export function watchedStore(store: Store, monitor: Pick<Monitor, 'watch'>): Store {
  /** A collection with each of its methods watched. */
  const watched = <Name extends Collection>(collection: Name): Store[Name] => {
    const methods = Object.entries<Method>(store[collection] as unknown as Readonly<Record<string, Method>>);
    const entries = methods.map(([method, run]) => {
      const watch = monitor.watch({ kind: 'store', collection, method });
      return [method, (...args: never[]) => watch(() => run(...args))] as const;
    });
    return Object.fromEntries(entries) as unknown as Store[Name];
  };
  const watchPing = monitor.watch({ kind: 'store', collection: null, method: 'ping' });
  return {
    users: watched('users'),
    sessions: watched('sessions'),
    blacklist: watched('blacklist'),
    attempts: watched('attempts'),
    services: watched('services'),
    activity: watched('activity'),
    ping: () => watchPing(() => store.ping()),
    close: () => store.close(),
  };
}
