import { useEffect, useId, useRef, useState, type SyntheticEvent } from 'react';
import { TokenRequestError } from '../../src/client/index.ts';
import { useSignIn } from '../../src/client/react.ts';
import { explainError } from '../problems/explain-error.ts';
import { useFocusKept } from './use-focus-kept.ts';

interface Props {
  /** Why the user is no longer signed in. */
  readonly why: string | null;
}

export function SignInForm({ why }: Props) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const { signIn, isPending, error } = useSignIn();
  const problem = error === null ? null : explainError(error);
  const usernameField = useFocusKept<HTMLInputElement>();
  const passwordField = useRef<HTMLInputElement>(null);
  const problemId = useId();

  useEffect(() => {
    if (error instanceof TokenRequestError && error.outcome === 'refused') passwordField.current?.select();
  }, [error]);

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    void signIn(username, password);
  }

  return (
    <>
      <p className="problem" role="alert" id={problemId}>
        {problem}
      </p>
      <p className="why" role="status">
        {problem === null && why}
      </p>
      <form aria-label="Sign in" onSubmit={submit}>
        <label>
          Username
          <input
            ref={usernameField}
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            aria-describedby={problemId}
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
            aria-describedby={problemId}
            value={password}
            onChange={({ target }) => setPassword(target.value)}
          />
        </label>
        <button className="primary" type="submit" aria-disabled={isPending}>
          {isPending ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </>
  );
}
