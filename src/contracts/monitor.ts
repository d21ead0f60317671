import { AuthError } from './errors.ts';
import type { EventListener } from './events.ts';

/** A kind of work that takes time. Its names are the program's own and never a client's, so that there are few. */
export type Work =
  /** A field at the root of the schema. */
  | { readonly kind: 'operation'; readonly type: 'query' | 'mutation'; readonly field: string }
  /** A method of the store, `find` of `sessions` for instance; `ping` has no collection. */
  | { readonly kind: 'store'; readonly collection: string | null; readonly method: string }
  /** The check or making of a password hash, without the time it waited for its turn. */
  | { readonly kind: 'hash' };

/** Runs a piece of work and sees how it goes. What it resolves to or throws passes unchanged. */
export type Watch = <Result>(work: () => Result | Promise<Result>) => Promise<Result>;

/** Who watches a server at work. Nothing here throws, or changes what is answered. */
export interface Monitor extends EventListener {
  /** How to watch a kind of work: asked once for each, when the server is put together. */
  watch(work: Work): Watch;
}

/** Watches nothing. */
export const UNWATCHED: Monitor = { watch: () => async (work) => work(), tell: () => {} };

/** Watches for several, the first of them outermost; null where there is nobody. */
export function monitorOf(...several: readonly (Monitor | null)[]): Monitor | null {
  const [first, ...others] = several.filter((monitor) => monitor !== null);
  if (first === undefined) return null;
  const rest = monitorOf(...others);
  if (rest === null) return first;
  return {
    watch: (work) => {
      const [outer, inner] = [first.watch(work), rest.watch(work)];
      return (run) => outer(() => inner(run));
    },
    tell: (event) => {
      first.tell(event);
      rest.tell(event);
    },
  };
}

/** How work ended that threw: the reason a client is told, or `internal_error` for what is masked. */
export const outcomeOf = (error: unknown): string => (error instanceof AuthError ? error.reason : 'internal_error');
