import type { Monitor } from '../contracts/monitor.ts';
import type { Store } from '../contracts/store/store.ts';
import { STORE_METHODS, type Collection } from '../contracts/store/store-methods.ts';

type Method = (...args: readonly unknown[]) => Promise<unknown>;

/** Wraps a store so that a monitor sees every method but `close`. */
export function watchedStore(store: Store, monitor: Pick<Monitor, 'watch'>): Store {
  const watch = (method: string) => monitor.watch({ kind: 'store', collection: null, method });
  const [watchPing, watchNow] = [watch('ping'), watch('now')];
  const collections = Object.entries(STORE_METHODS).map(([collection, methods]) => {
    const plain = store[collection as Collection] as unknown as Readonly<Record<string, Method>>;
    const watched = Object.keys(methods).map((method) => {
      const watch = monitor.watch({ kind: 'store', collection, method });
      return [method, (...args: readonly unknown[]) => watch(async () => plain[method]?.(...args))] as const;
    });
    return [collection, Object.fromEntries(watched)] as const;
  });
  return {
    ...(Object.fromEntries(collections) as unknown as Pick<Store, Collection>),
    ping: () => watchPing(() => store.ping()),
    now: () => watchNow(() => store.now()),
    close: () => store.close(),
  };
}
