import { useGraphiQL } from '@graphiql/react';
import { useLayoutEffect, useState } from 'react';
import { createPortal } from 'react-dom';

/** The operation of the open tab as text, in the place of its editor until that is there: something to read while Monaco is loaded. */
export function Preview() {
  const text = useGraphiQL(({ queryEditor, tabs, activeTabIndex }) =>
    queryEditor === undefined ? tabs[activeTabIndex]?.query : null,
  );
  const [place, setPlace] = useState<Element | null>(null);
  useLayoutEffect(() => setPlace(document.querySelector('.graphiql-query-editor')), []);
  if (place === null || text === null || text === undefined) return null;
  return createPortal(<pre className="preview">{text}</pre>, place);
}
