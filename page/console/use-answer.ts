import { useCallback, useEffect, useState } from 'react';
import type { TypedDocumentString } from '../generated/console-operations.ts';
import type { Api } from './create-api.ts';

/** What a query answers, asked for when it is first shown and on `reload`. */
export function useAnswer<Data, Variables>(
  api: Api,
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
) {
  const [data, setData] = useState<Data | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const key = JSON.stringify(variables);
  const reload = useCallback(async () => {
    try {
      setData(await api(document, JSON.parse(key) as Variables));
      setProblem(null);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }, [api, document, key]);
  useEffect(() => void reload(), [reload]);
  return { data, problem, reload };
}
