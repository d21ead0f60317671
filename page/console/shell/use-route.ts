import { useSyncExternalStore } from 'react';

/** An address within the console, such as `#/users/17`: the view, and what it is about. */
export interface Route {
  readonly view: string;
  readonly id: string | null;
}

/** The part of the address after `#`, so that a reload and the Back button work without a word from the server. */
export function useRoute(): Route {
  const hash = useSyncExternalStore(listen, () => location.hash);
  const [, view = '', id] = /^#\/([a-z]*)(?:\/([^/]+))?$/.exec(hash) ?? [];
  return { view, id: id === undefined ? null : decodeURIComponent(id) };
}

export const linkTo = (view: string, id?: string): string =>
  `#/${view}${id === undefined ? '' : `/${encodeURIComponent(id)}`}`;

export function goTo(view: string, id?: string): void {
  location.hash = linkTo(view, id);
}

function listen(changed: () => void): () => void {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
}
