import { useGraphiQL } from '@graphiql/react';
import { useEffect, useRef } from 'react';

/** GraphiQL leaves out the variables of the tab that it opens with, unless they are in its storage. */
export function useFirstVariables(): void {
  const editor = useGraphiQL(({ variableEditor }) => variableEditor);
  const first = useRef(useGraphiQL(({ tabs, activeTabIndex }) => tabs[activeTabIndex]?.variables));
  useEffect(() => {
    if (editor?.getValue() === '') editor.setValue(first.current ?? '');
  }, [editor]);
}
