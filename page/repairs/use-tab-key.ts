import { useGraphiQL } from '@graphiql/react';
import { useEffect } from 'react';

/** The Tab key that went into an editor stays there (WCAG 2.1.2). Ctrl+M still gives it back to whoever indents by it. */
export function useTabKey(): void {
  const editor = useGraphiQL(({ queryEditor }) => queryEditor);
  useEffect(() => {
    editor?.trigger('page', 'editor.action.toggleTabFocusMode', null); // one switch for all editors
  }, [editor]);
}
