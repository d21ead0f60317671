import { useState } from 'react';
import { useTask } from '../../problems/use-task.ts';

/** Runs what the user asked for, and keeps what became of it, in words. */
export function useChange() {
  const task = useTask();
  const [done, setDone] = useState('');
  const change = (what: string, request: () => Promise<unknown>, after?: () => unknown) =>
    void task.run(async () => {
      setDone('');
      try {
        await request();
      } finally {
        await after?.(); // also where this fails: somebody else may have done the same
      }
      setDone(what);
    });
  return { ...task, done, change };
}
