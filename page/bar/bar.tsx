import type { ReactNode } from 'react';
import { TokenIcon } from '../tokens/token-icon.tsx';

interface BarProps {
  readonly name: string;
  /** The other page of this server, if it serves one. */
  readonly link?: { readonly href: string; readonly text: string } | null;
  readonly children?: ReactNode;
}

/** The head of a page: what it is, and who is signed in. */
export function Bar({ name, link = null, children }: BarProps) {
  return (
    <header className="bar">
      <h1>
        <TokenIcon /> graphql-simplejwt <small>{name}</small>
      </h1>
      {link && (
        <a className="other-page" href={link.href}>
          {link.text}
        </a>
      )}
      {children}
    </header>
  );
}
