import { useState, useSyncExternalStore, type SubmitEvent } from 'react';
import type { TokenStore } from '../../src/client/index.ts';
import { useTask } from '../problems/use-task.ts';
import { whySignedOut } from '../problems/why-signed-out.ts';
import { MeDocument } from '../generated/console-operations.ts';
import { userOf } from '../tokens/user-of.ts';
import { Activity, Keys } from './activity.tsx';
import type { Api } from './create-api.ts';
import { MySessions, PasswordForm } from './my-account.tsx';
import { useAnswer } from './use-answer.ts';
import { Users } from './users.tsx';

/** The page at `/console`: one's own account, and for admins those of others. */
export function Console({ tokens, api }: { readonly tokens: TokenStore; readonly api: Api }) {
  const state = useSyncExternalStore(tokens.subscribe, tokens.getState);
  const [wasServerTold, setWasServerTold] = useState(true);
  const signOut = async () => setWasServerTold(await tokens.signOut());
  return (
    <main>
      <h1>Console</h1>
      {state.status === 'signed-out' && <SignIn tokens={tokens} why={whySignedOut(state.reason, wasServerTold)} />}
      {state.status === 'signed-in' && (
        <Account
          key={userOf(state.tokens.access)}
          tokens={tokens}
          api={api}
          sessionId={state.tokens.sessionId}
          signOut={signOut}
        />
      )}
    </main>
  );
}

function SignIn({ tokens, why }: { readonly tokens: TokenStore; readonly why: string | null }) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const { isBusy, problem, run } = useTask();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run(() => tokens.signIn(username, password));
  };
  return (
    <form onSubmit={submit}>
      <p role="status">{why}</p>
      <label>
        Username
        <input
          value={username}
          onChange={(event) => setUsername(event.target.value)}
          autoComplete="username"
          required
        />
      </label>
      <label>
        Password
        <input
          type="password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          autoComplete="current-password"
          required
        />
      </label>
      <button aria-disabled={isBusy}>Sign in</button>
      <p role="alert">{problem}</p>
    </form>
  );
}

interface AccountProps {
  readonly tokens: TokenStore;
  readonly api: Api;
  readonly sessionId: string | null;
  readonly signOut: () => Promise<void>;
}

function Account({ tokens, api, sessionId, signOut }: AccountProps) {
  const { data, problem } = useAnswer(api, MeDocument, {});
  const { run, problem: failure } = useTask();
  return (
    <>
      <p>
        Signed in as <strong>{data?.me.username}</strong> <button onClick={() => void run(signOut)}>Sign out</button>
      </p>
      <p role="alert">{failure ?? problem}</p>
      <MySessions key={sessionId} api={api} />
      <PasswordForm api={api} tokens={tokens} />
      {data?.me.isAdmin && (
        <>
          <Users api={api} />
          <Keys api={api} />
          <Activity api={api} />
        </>
      )}
    </>
  );
}
