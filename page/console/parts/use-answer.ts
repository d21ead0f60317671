import { useEffect, useState } from 'react';
import type { TypedDocumentString } from '../../generated/console-operations.ts';
import type { Api } from '../create-api.ts';
import { useQuestion, type Answer } from './use-question.ts';

/** What a query answers, asked for when it is first shown, on `retry`, and after changes. */
export function useAnswer<Data, Variables>(
  api: Api,
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  /** Asks again whenever it is another. */
  changes = 0,
): Answer<Data> {
  const [data, setData] = useState<Data | null>(null);
  const { ask, ...rest } = useQuestion();
  const key = JSON.stringify(variables);
  useEffect(() => {
    void ask(() => api(document, JSON.parse(key) as Variables), setData);
  }, [ask, api, document, key, changes]);
  return { data, ...rest };
}
