import { useGraphiQL } from '@graphiql/react';
import { useLayoutEffect } from 'react';

/**
 * GraphiQL's tabs are list items with the role `tab` and two buttons in each, which a screen reader cannot reach (axe:
 * nested-interactive). They work as a list of buttons, so that is what they are called.
 */
export function useTabList(): void {
  const tabs = useGraphiQL(({ tabs }) => tabs);
  const activeTabIndex = useGraphiQL(({ activeTabIndex }) => activeTabIndex);
  useLayoutEffect(() => {
    document.querySelector('.graphiql-tabs')?.setAttribute('role', 'list');
    document.querySelector('#graphiql-session')?.setAttribute('role', 'group');
    for (const [index, item] of document.querySelectorAll('.graphiql-tabs > li').entries()) {
      const [open, close] = item.querySelectorAll('button');
      item.setAttribute('role', 'listitem');
      item.removeAttribute('aria-selected'); // React sets it anew when it changes, and this runs again
      open?.setAttribute('aria-current', String(index === activeTabIndex));
      close?.setAttribute('aria-label', `Close ${tabs[index]?.title ?? 'tab'}`);
    }
  }, [tabs, activeTabIndex]);
}
