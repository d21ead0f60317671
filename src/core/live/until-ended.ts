interface Waiter<Value> {
  readonly resolve: (result: IteratorResult<Value, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/** Starts to watch, and resolves to what stops that. `ended` is called at most once. */
export type Watching = (ended: (error: unknown) => void) => Promise<() => void>;

const DONE = { done: true, value: undefined } as const;

/**
 * What `source` brings, until the watch says that it has ended: then it throws the error, also to those who are waiting. The
 * first `next` begins to watch. No generator: its `return` would wait for the next value.
 */
export function untilEnded<Value>(source: AsyncIterable<Value>, watch: Watching): AsyncIterableIterator<Value> {
  const values = source[Symbol.asyncIterator]();
  const waiters = new Set<Waiter<Value>>();
  let begun: Promise<void> | null = null;
  let stop = () => {};
  let isOver = false;
  /** What ended it, until somebody has been told. */
  let failure: { readonly error: unknown } | null = null;

  function finish(by: { readonly error: unknown } | null): void {
    if (isOver) return;
    isOver = true;
    failure = by;
    stop();
    for (const waiter of waiters) settle(waiter);
    waiters.clear();
    // One that waits for its next value answers later, or never.
    Promise.resolve(values.return?.()).catch(() => {});
  }

  function settle({ resolve, reject }: Waiter<Value>): void {
    if (failure === null) return resolve(DONE);
    reject(failure.error);
    failure = null;
  }

  async function begin(): Promise<void> {
    const stopWatching = await watch((error) => finish({ error }));
    if (isOver) stopWatching();
    else stop = stopWatching;
  }

  return {
    next: () =>
      new Promise((resolve, reject) => {
        const waiter: Waiter<Value> = { resolve, reject };
        if (isOver) return settle(waiter);
        waiters.add(waiter);
        const isWaiting = () => waiters.delete(waiter);
        (begun ??= begin())
          .then(() => (isOver ? null : values.next()))
          .then(
            (result) => {
              if (result === null || !isWaiting()) return;
              resolve(result.done ? DONE : result);
              if (result.done) finish(null);
            },
            (error: unknown) => {
              if (isWaiting()) reject(error);
              finish(null);
            },
          );
      }),
    return: async () => {
      finish(null);
      return DONE;
    },
    throw: async (error: unknown) => {
      finish(null);
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
