import { AuthError } from './errors.ts';
import type { SecurityEvent } from './hooks.ts';

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

/** What becomes of a session that goes on. What ends sessions is told as a security event. */
export type SessionStep = 'opened' | 'adopted' | 'refreshed' | 'replayed';

/** Why no password was checked: too many were waiting, or it had waited for too long. */
export type HashRefusal = 'full' | 'late';

/** Something that takes no time. */
export type Happening =
  /** A document was refused before anything of it ran; `code` is `extensions.code` of its first error. */
  | { readonly kind: 'document_refused'; readonly code: string }
  | { readonly kind: 'session_stepped'; readonly step: SessionStep }
  | { readonly kind: 'security_event'; readonly event: SecurityEvent }
  /** A password waits for its turn; */
  | { readonly kind: 'hash_queued' }
  /** its turn has come, after so many milliseconds; */
  | { readonly kind: 'hash_dequeued'; readonly waited: number }
  /** and here it will not be checked. */
  | { readonly kind: 'hash_refused'; readonly refusal: HashRefusal }
  /** The key ring was looked at; not `isWhole` where something in it could not be read. */
  | { readonly kind: 'ring_read'; readonly isWhole: boolean }
  /** Once, at the start; `signingKid` answers null where there is no ring. */
  | { readonly kind: 'keys_loaded'; readonly signingKid: () => string | null };

/** Who watches a server at work. Nothing here throws, or changes what is answered. */
export interface Monitor {
  /** How to watch a kind of work: asked once for each, when the server is put together. */
  watch(work: Work): Watch;
  tell(happening: Happening): void;
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
    tell: (happening) => {
      first.tell(happening);
      rest.tell(happening);
    },
  };
}

/** How work ended that threw: the reason a client is told, or `internal_error` for what is masked. */
export const outcomeOf = (error: unknown): string => (error instanceof AuthError ? error.reason : 'internal_error');
