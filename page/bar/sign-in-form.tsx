import { useEffect, useId, useRef, useState, type SyntheticEvent } from 'react';
import { createAccountApi } from '../../src/client/account.ts';
import { TokenRequestError } from '../../src/client/index.ts';
import { useSignIn, useTokens } from '../../src/client/react.ts';
import { explainError } from '../problems/explain-error.ts';
import { useTask } from '../problems/use-task.ts';
import { useFocusKept } from './use-focus-kept.ts';

interface Props {
  /** Why the user is no longer signed in. */
  readonly why: string | null;
}

export function SignInForm({ why }: Props) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [spent, setSpent] = useState<string | null>(null);
  const tokens = useTokens();
  const { signIn, isPending, error } = useSignIn();
  const second = useTask();
  const asked = error instanceof TokenRequestError ? error.challenge : null;
  const challenge = asked === spent ? null : asked;
  const isBusy = isPending || second.isBusy;
  const problem = second.problem ?? (error === null || asked !== null ? null : explainError(error));
  const isWrong = problem !== null && error instanceof TokenRequestError && error.outcome === 'refused';
  const usernameField = useFocusKept<HTMLInputElement>();
  const passwordField = useRef<HTMLInputElement>(null);
  const problemId = useId();

  useEffect(() => {
    if (error instanceof TokenRequestError && error.outcome === 'refused') passwordField.current?.select();
  }, [error]);

  async function signInWithCode(due: string) {
    try {
      await createAccountApi({ tokens }).signInWithCode(due, code);
    } catch (refusal) {
      setCode('');
      if (refusal instanceof TokenRequestError && refusal.reason === 'challenge_not_valid') setSpent(due);
      throw refusal;
    }
  }

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    if (challenge === null) void signIn(username, password);
    else void second.run(() => signInWithCode(challenge));
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
            aria-invalid={isWrong}
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
            aria-invalid={isWrong}
            value={password}
            onChange={({ target }) => setPassword(target.value)}
          />
        </label>
        {challenge !== null && (
          <label>
            Code
            <input
              name="code"
              autoComplete="one-time-code"
              autoFocus
              required
              aria-describedby={problemId}
              value={code}
              onChange={({ target }) => setCode(target.value)}
            />
          </label>
        )}
        <button className="primary" type="submit" aria-disabled={isBusy}>
          {isBusy ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </>
  );
}
