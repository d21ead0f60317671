import { useState } from 'react';
import { connection } from './client.ts';
import { isUnanswered } from './connection.ts';

/** Runs what the user asked for, one thing at a time, and keeps the message of what went wrong. */
export function useTask() {
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function run(task: () => Promise<void>): Promise<void> {
    if (isBusy) return;
    setIsBusy(true);
    setProblem(null);
    try {
      await task();
    } catch (error) {
      if (isUnanswered(error)) connection.note(true);
      setProblem(messageOf(error));
    } finally {
      setIsBusy(false);
    }
  }
  return { isBusy, problem, run };
}

function messageOf(error: unknown): string {
  if (isUnanswered(error)) return 'The server did not answer, so this may not have been done. Try again in a moment.';
  return error instanceof Error ? error.message : String(error);
}
