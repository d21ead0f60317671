import { useGraphiQL } from '@graphiql/react';
import { useEffect, useState } from 'react';

interface Props {
  readonly headerName: string;
  readonly scheme: string;
}

/** A token by itself, as it is copied from an answer. */
const RAW = /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/;

/** Says what is missing where a header holds a token without its scheme, and puts it right. */
export function HeaderHint({ headerName, scheme }: Props) {
  const editor = useGraphiQL(({ headerEditor }) => headerEditor);
  const [raw, setRaw] = useState<string | null>(null);
  useEffect(() => {
    if (editor === undefined) return undefined;
    const look = () => setRaw(rawTokenIn(editor.getValue(), headerName));
    look();
    const listening = editor.onDidChangeModelContent(look);
    return () => listening.dispose();
  }, [editor, headerName]);
  const mend = () => {
    editor?.setValue(editor.getValue().replace(`"${raw}"`, () => `"${scheme} ${raw}"`));
    editor?.setScrollTop(0); // a token fills the editor, which has gone to its end
  };
  return (
    <div role="status" className="header-hint">
      {raw !== null && (
        <p>
          The header {headerName} has a token without its scheme. Expected <code>{`${scheme} <token>`}</code>.{' '}
          <button type="button" onClick={mend}>
            Add {scheme}
          </button>
        </p>
      )}
    </div>
  );
}

/** The token that stands alone in the header of this name, in whatever case; null if none does. */
function rawTokenIn(text: string, headerName: string): string | null {
  try {
    const headers: unknown = JSON.parse(text);
    const entries = headers === null || typeof headers !== 'object' ? [] : Object.entries(headers);
    const [, value] = entries.find(([name]) => name.toLowerCase() === headerName.toLowerCase()) ?? [];
    return typeof value === 'string' && RAW.test(value) ? value : null;
  } catch {
    return null; // still being typed
  }
}
