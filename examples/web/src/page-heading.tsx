import { useEffect, useRef, type ReactNode } from 'react';

interface Props {
  readonly children: ReactNode;
  /** The id of what explains why this page is there. */
  readonly describedBy?: string | undefined;
}

/** The heading of a page. It takes the focus when it replaces another page, so that a screen reader goes on there. */
export function PageHeading({ children, describedBy }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // Before anybody has touched it, a document reads itself from its start.
    if (navigator.userActivation.hasBeenActive) heading.current?.focus();
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1} aria-describedby={describedBy}>
      {children}
    </h1>
  );
}
