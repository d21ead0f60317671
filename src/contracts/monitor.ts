import { authErrorIn } from './errors.ts';
import type { EventListener } from './events.ts';

/** A kind of work that takes time. Its names never come from a client, so there are few of them. */
export type Work =
  /** A field at the root of the schema. */
  | { readonly kind: 'operation'; readonly type: 'query' | 'mutation'; readonly field: string }
  /** A method of the store, `find` of `sessions` for instance; `ping` and `now` have no collection. */
  | { readonly kind: 'store'; readonly collection: string | null; readonly method: string }
  /** The check or making of a password hash, without the time it waited for its turn. */
  | { readonly kind: 'hash' };

/** Runs a piece of work and sees how it goes. What it resolves to or throws passes unchanged. */
export type Watch = <Result>(work: () => Result | Promise<Result>) => Promise<Result>;

/** Observes the work of a server. It must not throw, and changes no answer. */
export interface Monitor extends EventListener {
  /** How to watch a kind of work: asked once for each, when the server is put together. */
  watch(work: Work): Watch;
}

/** Watches nothing. */
export const UNWATCHED: Monitor = { watch: () => async (work) => work(), tell: () => {} };

/** Combines several monitors, the first outermost; null if there is none. */
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
export const outcomeOf = (error: unknown): string => authErrorIn(error)?.reason ?? 'internal_error';
