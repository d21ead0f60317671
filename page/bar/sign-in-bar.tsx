import { useSession, useTokens } from '../../src/client/react.ts';
import { userOf } from '../tokens/user-of.ts';
import { readFeatures } from '../features.ts';
import { Bar } from './bar.tsx';
import { SignInForm } from './sign-in-form.tsx';
import { SignedIn } from './signed-in.tsx';
import { useSignOut } from './use-sign-out.ts';

/** Who is signed in, above GraphiQL, in the theme that GraphiQL has. */
export function SignInBar() {
  const tokens = useTokens();
  const state = useSession();
  const { signOut, why } = useSignOut(state);
  return (
    <Bar name="token explorer" link={readFeatures().has('console') ? { href: '/console', text: 'Console' } : null}>
      {state.status === 'signed-in' ? (
        // The key remounts the bar, so that one user's name never stands beside another's token.
        <SignedIn key={userOf(state.tokens.access)} tokens={tokens} held={state.tokens} signOut={signOut} />
      ) : (
        <SignInForm why={why} />
      )}
    </Bar>
  );
}
