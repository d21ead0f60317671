import { useGraphiQL } from '@graphiql/react';
import { useEffect } from 'react';

/** In GraphiQL's history every operation is a button called "Set active" (axe: label-content-name-mismatch). */
export function useHistoryNames(): void {
  const visible = useGraphiQL(({ visiblePlugin }) => visiblePlugin);
  useEffect(() => {
    const list = document.querySelector('.graphiql-history');
    if (list === null) return undefined;
    const uncover = () => {
      for (const button of list.querySelectorAll('.graphiql-history-item-label')) button.removeAttribute('aria-label');
    };
    uncover();
    const observer = new MutationObserver(uncover);
    observer.observe(list, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, [visible]);
}
