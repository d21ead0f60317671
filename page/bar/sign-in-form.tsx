import { useId, useRef, useState, type SyntheticEvent } from 'react';
import { createAccountApi } from '../../src/client/account.ts';
import { TokenRequestError, type TokenStore } from '../../src/client/index.ts';
import { useFocusKept } from './use-focus-kept.ts';
import { useTask } from '../problems/use-task.ts';

interface Props {
  readonly tokens: TokenStore;
  /** Why the user is no longer signed in. */
  readonly why: string | null;
}

export function SignInForm({ tokens, why }: Props) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [challenge, setChallenge] = useState<string | null>(null);
  const [code, setCode] = useState('');
  const { isBusy, problem, run } = useTask();
  const usernameField = useFocusKept<HTMLInputElement>();
  const passwordField = useRef<HTMLInputElement>(null);
  const problemId = useId();

  async function signIn() {
    try {
      if (challenge === null) await tokens.signIn(username, password);
      else await createAccountApi({ tokens }).signInWithCode(challenge, code);
    } catch (error) {
      if (error instanceof TokenRequestError && error.challenge !== null) {
        setChallenge(error.challenge);
        return;
      }
      if (error instanceof TokenRequestError && error.reason === 'challenge_not_valid') setChallenge(null);
      setCode('');
      if (error instanceof TokenRequestError && error.outcome === 'refused') passwordField.current?.select();
      throw error;
    }
  }

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    void run(signIn);
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
