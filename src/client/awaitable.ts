/** A value, or a promise of one. */
export type Awaitable<Value> = Value | Promise<Value>;

/** Whether a value is yet to come. */
export function isLater<Value>(value: Awaitable<Value>): value is Promise<Value> {
  return typeof (value as Partial<Promise<Value>> | null)?.then === 'function';
}

/** Applies a function to a value: at once, where the value is there already. */
export function whenThere<Value, Result>(
  value: Awaitable<Value>,
  use: (value: Value) => Awaitable<Result>,
): Awaitable<Result> {
  return isLater(value) ? value.then(use) : use(value);
}

/**
 * What a promise resolves to.
 *
 * @throws what `late` makes, after so many milliseconds or when the signal says so
 */
export function within<Value>(
  ms: number,
  promise: Promise<Value>,
  late: () => Error,
  signal?: AbortSignal,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      clearTimeout(timer);
      reject(late());
    };
    const timer = setTimeout(giveUp, ms);
    signal?.addEventListener('abort', giveUp);
    void promise.then(resolve, reject).then(() => clearTimeout(timer));
  });
}

/** Shows an error for which nobody waits, as the platform shows errors that nobody catches. */
export function report(error: unknown): void {
  (globalThis.reportError ?? console.error)(error);
}
