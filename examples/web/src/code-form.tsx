import { useId, useState, type SyntheticEvent } from 'react';
import { account } from './account.ts';
import { useTask } from './use-task.ts';

interface Props {
  /** Of the sign-in that waits for its code. */
  readonly challenge: string;
  /** Back to the password. */
  readonly giveUp: () => void;
}

/** Asks for the second factor. */
export function CodeForm({ challenge, giveUp }: Props) {
  const [code, setCode] = useState('');
  const { isBusy, problem, run } = useTask();
  const problemId = useId();

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    void run(() => account.signInWithCode(challenge, code));
  }

  return (
    <form className="card" onSubmit={submit} aria-describedby={problemId}>
      <p>Enter the code of your authenticator app, or a recovery code.</p>
      <label>
        Code
        <input
          name="code"
          autoComplete="one-time-code"
          autoCapitalize="characters"
          spellCheck={false}
          required
          value={code}
          onChange={({ target }) => setCode(target.value)}
        />
      </label>
      <p className="problem" role="alert" id={problemId}>
        {problem}
      </p>
      <div className="row">
        <button className="primary" type="submit" aria-disabled={isBusy}>
          Continue
        </button>
        <button type="button" onClick={giveUp}>
          Start again
        </button>
      </div>
    </form>
  );
}
