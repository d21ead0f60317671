import type { ReactNode } from 'react';
import { TokenIcon } from '../tokens/token-icon.tsx';

/** The head of a page: what it is, and who is signed in. */
export function Bar({ name, children }: { readonly name: string; readonly children?: ReactNode }) {
  return (
    <header className="bar">
      <h1>
        <TokenIcon /> graphql-simplejwt <small>{name}</small>
      </h1>
      {children}
    </header>
  );
}
