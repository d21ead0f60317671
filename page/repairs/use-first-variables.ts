import { useGraphiQL } from '@graphiql/react';
import { useEffect, useRef } from 'react';

/** GraphiQL leaves out the variables of the tab that is open when the editor comes, unless they are in its storage. */
export function useFirstVariables(): void {
  const editor = useGraphiQL(({ variableEditor }) => variableEditor);
  const chosen = useGraphiQL(({ activeTabIndex }) => activeTabIndex);
  const first = useRef<readonly { readonly variables?: string | null }[] | null>(useGraphiQL(({ tabs }) => tabs));
  useEffect(() => {
    if (editor === undefined || first.current === null) return;
    if (editor.getValue() === '') editor.setValue(first.current[chosen]?.variables ?? '');
    first.current = null;
  }, [editor, chosen]);
}
