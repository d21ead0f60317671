import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect, useRef } from 'react';

/** Where another tab was chosen before the editor was there, GraphiQL goes on to show what is in the first. */
export function useChosenTab(): void {
  const editor = useGraphiQL(({ queryEditor }) => queryEditor);
  const chosen = useGraphiQL(({ activeTabIndex }) => activeTabIndex);
  const actions = useGraphiQLActions();
  const shown = useRef<number | null>(chosen);
  useEffect(() => {
    if (editor === undefined || shown.current === null) return;
    if (chosen !== shown.current) actions.changeTab(chosen);
    shown.current = null;
  }, [editor, chosen, actions]);
}
