import { useRef, type ReactNode } from 'react';
import type { Answer } from './use-question.ts';

interface AnsweredProps<Data> {
  readonly answer: Answer<Data>;
  /** What is being loaded, as a plural noun: "users". */
  readonly what: string;
  /** A word on what there is, and above all where there is nothing. */
  readonly summary?: (data: Data) => string;
  readonly children: (data: Data) => ReactNode;
}

/** Shows the server's answer, a loading state, or the error with a button to retry. */
export function Answered<Data>({ answer, what, summary, children }: AnsweredProps<Data>) {
  const { data, isLoading, problem, retry } = answer;
  const place = useRef<HTMLDivElement>(null);
  const tryAgain = () => {
    if (isLoading) return;
    place.current?.focus(); // the button goes where this succeeds
    void retry();
  };
  const waiting = isLoading && problem === null ? `Loading ${what}…` : '';
  return (
    <div ref={place} tabIndex={-1} aria-busy={isLoading} className="answered">
      {data !== null && children(data)}
      <p role="status">{data === null ? waiting : summary?.(data)}</p>
      {problem !== null && (
        <div className="problem">
          <p role="alert">{isLoading ? 'Trying again…' : problem}</p>
          <button aria-disabled={isLoading} onClick={tryAgain}>
            Try again
          </button>
        </div>
      )}
    </div>
  );
}
