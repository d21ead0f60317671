import { useSession, useTokens } from '../../src/client/react.ts';
import { Bar } from '../bar/bar.tsx';
import { SignInForm } from '../bar/sign-in-form.tsx';
import { useSignOut } from '../bar/use-sign-out.ts';
import { userOf } from '../tokens/user-of.ts';
import { Account } from './account.tsx';
import type { Api } from './create-api.ts';

/** The page at `/console`: the user's own account and, for admins, those of others. */
export function Console({ api }: { readonly api: Api }) {
  const tokens = useTokens();
  const session = useSession();
  const { signOut, why } = useSignOut(tokens, session);
  if (session.status === 'signed-in') {
    const { access, sessionId } = session.tokens;
    // The key remounts everything, so that no user sees another's data.
    return <Account key={userOf(access)} tokens={tokens} api={api} sessionId={sessionId} signOut={signOut} />;
  }
  return (
    <>
      <Bar name="console" />
      <main className="console sign-in">
        {session.status === 'signed-out' && (
          <section aria-labelledby="sign-in">
            <h2 id="sign-in">Sign in</h2>
            <SignInForm why={why} />
          </section>
        )}
      </main>
    </>
  );
}
