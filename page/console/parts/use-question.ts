import { useCallback, useRef, useState } from 'react';
import { explainError } from '../../problems/explain-error.ts';

/** What is known of the answer to a question: nothing, all, or what an earlier question brought. */
export interface Answer<Data> {
  readonly data: Data | null;
  readonly isLoading: boolean;
  /** Why there is no answer to the last question. */
  readonly problem: string | null;
  /** Asks the last question once more. */
  readonly retry: () => Promise<void>;
}

type Ask = <Data>(question: () => Promise<Data>, take: (answer: Data) => void) => Promise<void>;

/** Queries the server and keeps only the answer to the latest query, as an earlier one may arrive later. */
export function useQuestion(): Omit<Answer<never>, 'data'> & { readonly ask: Ask } {
  const [isLoading, setIsLoading] = useState(true);
  const [problem, setProblem] = useState<string | null>(null);
  const asked = useRef<() => Promise<void>>(() => Promise.resolve());
  const ask: Ask = useCallback(async (question, take) => {
    const again = () => ask(question, take);
    asked.current = again;
    setIsLoading(true);
    try {
      const answer = await question();
      if (asked.current !== again) return;
      take(answer);
      setProblem(null);
    } catch (error) {
      if (asked.current === again) setProblem(explainError(error));
    } finally {
      if (asked.current === again) setIsLoading(false);
    }
  }, []);
  const retry = useCallback(() => asked.current(), []);
  return { isLoading, problem, ask, retry };
}
