import { useEffect, useState } from 'react';
import { useTask } from '../../problems/use-task.ts';

/** Runs what the user asked for, and keeps what became of it, in words. */
export function useChange() {
  const task = useTask();
  const [done, setDone] = useState('');
  useEffect(() => {
    // The button that was pressed may be gone with what it was about: the focus goes on at the head of the view.
    if (done !== '' && document.activeElement === document.body)
      document.querySelector<HTMLElement>('main h2')?.focus();
  }, [done]);
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
