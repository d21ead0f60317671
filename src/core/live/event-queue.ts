import { Overloaded } from '../../contracts/errors.ts';

/** Values that nobody has taken yet; who lets more pile up does not read any more. */
const MAX_LENGTH = 1000;

/** Values of one reader, who waits for the next. */
export class EventQueue<Value> implements AsyncIterableIterator<Value, undefined> {
  readonly #values: Value[] = [];
  readonly #closed: () => void;
  #waiting: ((result: IteratorResult<Value, undefined>) => void)[] = [];
  #isClosed = false;

  /** `closed` is called once, when nobody reads any more. */
  constructor(closed: () => void) {
    this.#closed = closed;
  }

  push(value: Value): void {
    const next = this.#waiting.shift();
    if (next !== undefined) next({ done: false, value });
    else this.#values.push(value);
    if (this.#values.length > MAX_LENGTH) this.#close();
  }

  /** @throws Overloaded where values were lost */
  async next(): Promise<IteratorResult<Value, undefined>> {
    if (this.#values.length > MAX_LENGTH) throw new Overloaded();
    const value = this.#values.shift();
    if (value !== undefined) return { done: false, value };
    if (this.#isClosed) return { done: true, value: undefined };
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async return(): Promise<IteratorResult<Value, undefined>> {
    this.#values.length = 0;
    this.#close();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closed();
    for (const resolve of this.#waiting.splice(0)) resolve({ done: true, value: undefined });
  }
}
