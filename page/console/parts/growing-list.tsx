import { useEffect, useRef, type ReactNode } from 'react';

interface GrowingListProps {
  /** How many rows there are. */
  readonly count: number;
  /** What the button says that gets more; null where there is no more. */
  readonly more: string | null;
  readonly isBusy?: boolean;
  readonly onMore: () => void;
  readonly children: ReactNode;
}

/** A list that grows at its end. After more rows are loaded, the focus moves to the first new row. */
export function GrowingList({ count, more, isBusy = false, onMore, children }: GrowingListProps) {
  const list = useRef<HTMLUListElement>(null);
  const seen = useRef<number | null>(null);
  useEffect(() => {
    const row = seen.current === null || seen.current >= count ? null : list.current?.children[seen.current];
    if (!(row instanceof HTMLElement)) return;
    seen.current = null;
    row.tabIndex = -1;
    row.focus();
  }, [count]);
  const grow = () => {
    if (isBusy) return;
    seen.current = count;
    onMore();
  };
  return (
    <>
      <ul ref={list} className="rows">
        {children}
      </ul>
      {more !== null && (
        <button className="more" aria-disabled={isBusy} onClick={grow}>
          {isBusy ? 'Loading…' : more}
        </button>
      )}
    </>
  );
}
