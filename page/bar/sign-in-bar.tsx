import { useState } from 'react';
import type { TokenStore } from '../../src/client/index.ts';
import { SignInForm } from './sign-in-form.tsx';
import { SignedIn } from './signed-in.tsx';
import { TokenIcon } from '../tokens/token-icon.tsx';
import { useTokenState } from '../tokens/use-token-state.ts';
import { userOf } from '../tokens/user-of.ts';
import { whySignedOut } from '../problems/why-signed-out.ts';

/** Who is signed in, above GraphiQL, in the theme that GraphiQL has. */
export function SignInBar({ tokens }: { readonly tokens: TokenStore }) {
  const state = useTokenState(tokens);
  const [wasServerTold, setWasServerTold] = useState(true);
  const signOut = async () => setWasServerTold(await tokens.signOut());

  return (
    <header className="bar">
      <h1>
        <TokenIcon /> graphql-simplejwt <small>token explorer</small>
      </h1>
      {state.status === 'signed-in' ? (
        // The key: the name of one user must not stand beside the token of another.
        <SignedIn key={userOf(state.tokens.access)} tokens={tokens} held={state.tokens} signOut={signOut} />
      ) : (
        <SignInForm
          tokens={tokens}
          why={state.status === 'signed-out' ? whySignedOut(state.reason, wasServerTold) : null}
        />
      )}
    </header>
  );
}
