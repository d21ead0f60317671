import type { HeldTokens, TokenStore } from '../../src/client/index.ts';
import { Countdown } from './countdown.tsx';
import { readToken } from '../tokens/read-token.ts';
import { useFocusKept } from './use-focus-kept.ts';
import { useNow } from '../tokens/use-now.ts';
import { useTask } from '../problems/use-task.ts';
import { useUsername } from './use-username.ts';

interface Props {
  readonly tokens: TokenStore;
  readonly held: HeldTokens;
  readonly signOut: () => Promise<void>;
}

/** The signed-in user and the remaining life of the access token. On this page only a click refreshes it, for demonstration. */
export function SignedIn({ tokens, held, signOut }: Props) {
  const username = useUsername(tokens, held.access);
  const secondsLeft = Math.max(0, Math.floor((held.expiresAt - useNow()) / 1000));
  const { isBusy, problem, run } = useTask();
  const section = useFocusKept<HTMLElement>();
  return (
    <>
      <p className="problem" role="alert">
        {problem}
      </p>
      <section ref={section} tabIndex={-1} aria-label="Signed in" className="signed-in">
        <p className="user">{username}</p>
        <Countdown secondsLeft={secondsLeft} lifetime={lifetimeOf(held.access)} />
        <p className="visually-hidden" role="status">
          {secondsLeft === 0 && 'The access token has expired.'}
        </p>
        <button
          type="button"
          className={secondsLeft === 0 ? 'primary' : undefined}
          aria-disabled={isBusy}
          onClick={() => void run(() => tokens.refresh())}
        >
          Refresh
        </button>
        <button type="button" aria-disabled={isBusy} onClick={() => void run(signOut)}>
          Sign out
        </button>
      </section>
    </>
  );
}

function lifetimeOf(access: string): number | null {
  const reading = readToken(access);
  if (reading.kind !== 'token') return null;
  const { iat, exp } = reading.claims;
  return typeof iat === 'number' && typeof exp === 'number' && exp > iat ? exp - iat : null;
}
