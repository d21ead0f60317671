import { useCallback, useEffect, useRef, useState } from 'react';
import type { TypedDocumentString } from '../generated/console-operations.ts';
import { explainError } from '../problems/explain-error.ts';
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
  /** What was asked for last: the answer to an earlier question may come after it. */
  const asked = useRef(key);
  const reload = useCallback(async () => {
    asked.current = key;
    try {
      const answer = await api(document, JSON.parse(key) as Variables);
      if (asked.current !== key) return;
      setData(answer);
      setProblem(null);
    } catch (error) {
      if (asked.current === key) setProblem(explainError(error));
    }
  }, [api, document, key]);
  useEffect(() => void reload(), [reload]);
  return { data, problem, reload };
}
