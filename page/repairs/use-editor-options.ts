import { useGraphiQL, type MonacoEditor } from '@graphiql/react';
import { useEffect } from 'react';

/** GraphiQL's four editors have no names, and cut off what is longer than they are wide, such as a token. */
export function useEditorOptions(): void {
  const query = useGraphiQL(({ queryEditor }) => queryEditor);
  const variables = useGraphiQL(({ variableEditor }) => variableEditor);
  const headers = useGraphiQL(({ headerEditor }) => headerEditor);
  const response = useGraphiQL(({ responseEditor }) => responseEditor);
  useOptions(query, 'Operation', 'press Enter to edit');
  useOptions(variables, 'Variables', 'press Enter to edit');
  useOptions(headers, 'Headers', 'press Enter to edit');
  useOptions(response, 'Response', 'press Enter to read');
}

function useOptions(editor: MonacoEditor | undefined, name: string, hint: string): void {
  useEffect(() => {
    editor?.updateOptions({ ariaLabel: name, wordWrap: 'on' });
    // The element around an editor is a stop of its own: Enter goes on into the editor.
    const container = editor?.getContainerDomNode();
    container?.setAttribute('role', 'group');
    container?.setAttribute('aria-label', `${name}: ${hint}`);
  }, [editor, name, hint]);
}
