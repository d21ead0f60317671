import { StoreUnavailable } from '../../src/contracts/errors.ts';
import type { Store } from '../../src/contracts/store/store.ts';

const COLLECTIONS = ['users', 'sessions', 'blacklist', 'attempts', 'services', 'activity'] as const;
type Collection = (typeof COLLECTIONS)[number];
/** A method of the store: `users.findById`. */
export type MethodName = { [Name in Collection]: `${Name}.${keyof Store[Name] & string}` }[Collection];
type Method = (...args: unknown[]) => Promise<unknown>;
type Step = () => unknown;

/** A store in which something happens in the middle of an operation: what another server does, or the store's end. */
export class Seam {
  readonly store: Store;
  readonly #before = new Map<string, Step>();
  readonly #after = new Map<string, Step>();

  constructor(store: Store) {
    const wrapped = COLLECTIONS.map((name) => [
      name,
      this.#wrapped(name, store[name] as unknown as Record<string, Method>),
    ]);
    this.store = { ...store, ...(Object.fromEntries(wrapped) as Pick<Store, Collection>) };
  }

  /** Does this once, as soon as the method is called the next time. */
  before(method: MethodName, step: Step): void {
    this.#before.set(method, step);
  }

  /** Does this once, between the next call of the method and its answer. */
  after(method: MethodName, step: Step): void {
    this.#after.set(method, step);
  }

  /** The next call of the method finds no store. */
  failAt(method: MethodName): void {
    this.before(method, () => {
      throw new StoreUnavailable(new Error('the store is gone'));
    });
  }

  #wrapped(collection: Collection, methods: Readonly<Record<string, Method>>): Readonly<Record<string, Method>> {
    const entries = Object.entries(methods).map(([name, method]) => {
      const run: Method = async (...args) => {
        await this.#take(this.#before, `${collection}.${name}`);
        const answer = await method(...args);
        await this.#take(this.#after, `${collection}.${name}`);
        return answer;
      };
      return [name, run] as const;
    });
    return Object.fromEntries(entries);
  }

  async #take(steps: Map<string, Step>, method: string): Promise<void> {
    const step = steps.get(method);
    steps.delete(method);
    await step?.();
  }
}
