import { useState } from 'react';
import { explainError } from './explain-error.ts';

/** Runs what the user asked for, one thing at a time, and keeps the message of what went wrong. */
export function useTask() {
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function run(task: () => Promise<unknown>): Promise<void> {
    if (isBusy) return;
    setIsBusy(true);
    setProblem(null);
    try {
      await task();
    } catch (error) {
      setProblem(explainError(error));
    } finally {
      setIsBusy(false);
    }
  }
  return { isBusy, problem, run };
}
