import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect, useRef } from 'react';

/** GraphiQL makes the editor with the text of the first tab, or with none, where another tab was open before a reload or was chosen since. */
export function useChosenTab(): void {
  const editor = useGraphiQL(({ queryEditor }) => queryEditor);
  const chosen = useGraphiQL(({ activeTabIndex }) => activeTabIndex);
  const query = useGraphiQL(({ tabs, activeTabIndex }) => tabs[activeTabIndex]?.query ?? '');
  const actions = useGraphiQLActions();
  const isRight = useRef(false);
  useEffect(() => {
    if (editor === undefined || isRight.current) return;
    if (editor.getValue() !== query) actions.changeTab(chosen);
    isRight.current = true;
  }, [editor, query, chosen, actions]);
}
