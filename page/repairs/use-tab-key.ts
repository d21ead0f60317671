import { useGraphiQL } from '@graphiql/react';
import { useEffect } from 'react';

/** Lets the Tab key leave an editor (WCAG 2.1.2). Ctrl+M makes it indent again. */
export function useTabKey(): void {
  const editor = useGraphiQL(({ queryEditor }) => queryEditor);
  useEffect(() => {
    editor?.trigger('page', 'editor.action.toggleTabFocusMode', null); // one switch for all editors
  }, [editor]);
}
