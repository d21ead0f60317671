import { useId, type ReactNode } from 'react';

interface SectionProps {
  readonly title: string;
  /** What it is, in a sentence. */
  readonly about?: ReactNode;
  /** Stands beside the title. */
  readonly tools?: ReactNode;
  readonly isDanger?: boolean;
  readonly children?: ReactNode;
}

/** A card about one thing. */
export function Section({ title, about, tools, isDanger = false, children }: SectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={isDanger ? 'card dangerous' : 'card'}>
      <header>
        <h3 id={id}>{title}</h3>
        {tools}
      </header>
      {about !== undefined && <p className="quiet">{about}</p>}
      {children}
    </section>
  );
}

/** The head of a view. `useFocus` brings the focus here when the view is gone to. */
export function ViewHeading({ title, about, children }: Pick<SectionProps, 'title' | 'about' | 'children'>) {
  return (
    <div className="view-heading">
      <div>
        <h2>{title}</h2>
        {about !== undefined && <p className="quiet">{about}</p>}
      </div>
      {children}
    </div>
  );
}
