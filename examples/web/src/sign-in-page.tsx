import { TokenRequestError } from 'graphql-simplejwt/apollo-client';
import { useSignIn } from 'graphql-simplejwt/react';
import { useEffect, useId, useRef, useState, type SyntheticEvent } from 'react';
import type { AccountView } from './account-page.tsx';
import { challengeIn } from './account.ts';
import { Brand } from './brand.tsx';
import { hasRecovery } from './client.ts';
import { CodeForm } from './code-form.tsx';
import { PageHeading } from './page-heading.tsx';

interface Props {
  /** Why nobody is signed in; null if nobody was. */
  readonly reason: string | null;
  /** Whether the server heard of the last sign-out. */
  readonly wasServerTold: boolean;
  readonly show: (view: AccountView) => void;
}

export function SignInPage({ reason, wasServerTold, show }: Props) {
  const why = whySignedOut(reason, wasServerTold);
  const whyId = useId();
  return (
    <main className="narrow">
      <title>Sign in · graphql-simplejwt example</title>
      <Brand />
      <PageHeading describedBy={why === null ? undefined : whyId}>Sign in</PageHeading>
      {why !== null && (
        <p className="why" id={whyId}>
          {why}
        </p>
      )}
      <SignInForm />
      {hasRecovery && (
        <div className="row">
          <button type="button" onClick={() => show({ purpose: 'forgot' })}>
            Forgot your password?
          </button>
          <button type="button" onClick={() => show({ purpose: 'register' })}>
            Create an account
          </button>
        </div>
      )}
      <p className="hint">The first start of the server prints an account to try.</p>
    </main>
  );
}

function SignInForm() {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const { signIn, isPending, error } = useSignIn();
  const passwordField = useRef<HTMLInputElement>(null);
  const [givenUp, setGivenUp] = useState<string | null>(null);
  const challenge = challengeIn(error);
  const problemId = useId();

  useEffect(() => {
    if (error instanceof TokenRequestError && error.outcome === 'refused') passwordField.current?.select();
  }, [error]);

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    void signIn(username, password);
  }

  if (challenge !== null && challenge !== givenUp) {
    return <CodeForm challenge={challenge} giveUp={() => setGivenUp(challenge)} />;
  }
  return (
    <form className="card" onSubmit={submit} aria-describedby={problemId}>
      <label>
        {hasRecovery ? 'Username or e-mail address' : 'Username'}
        <input
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          value={username}
          onChange={({ target }) => setUsername(target.value)}
        />
      </label>
      <label>
        Password
        <input
          ref={passwordField}
          name="password"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={({ target }) => setPassword(target.value)}
        />
      </label>
      <p className="problem" role="alert" id={problemId}>
        {error instanceof Error && challenge === null && error.message}
      </p>
      <button className="primary" type="submit" aria-disabled={isPending}>
        {isPending ? 'Signing in…' : 'Sign in'}
      </button>
    </form>
  );
}

/** The reasons of the server that mean something to its users. */
const ENDED: Readonly<Record<string, string>> = {
  token_expired: 'you have not been here for a long time.',
  token_blacklisted: 'you signed out elsewhere, or it was ended for your safety.',
  password_changed: 'your password was changed.',
  no_active_account: 'your account is not active.',
  dpop_proof_not_valid: 'this browser has lost the key to it.',
  dpop_proof_required: 'it was not bound to this browser.',
};

function whySignedOut(reason: string | null, wasServerTold: boolean): string | null {
  if (reason === null) return null;
  if (reason !== 'signed_out') return `Your session has ended: ${ENDED[reason] ?? 'please sign in again.'}`;
  if (wasServerTold) return 'You are signed out.';
  return 'You are signed out here. The server did not answer, so until your session runs out it is still in your list.';
}
