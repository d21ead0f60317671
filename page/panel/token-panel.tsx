import { useId, useState } from 'react';
import type { HeldTokens } from '../../src/client/index.ts';
import { useSession } from '../../src/client/react.ts';
import { ClaimList } from './claim-list.tsx';
import { readToken, type TokenReading } from '../tokens/read-token.ts';
import { useNow } from '../tokens/use-now.ts';
import { verdictOf } from './verdict-of.ts';

/** Which token is looked into: one of the session's, then as it is refreshed, or one that was pasted. */
type Source = { readonly kind: 'access' | 'refresh' } | { readonly kind: 'pasted'; readonly text: string };

/** Shows the content of a token. It is decoded on the page and sent nowhere. */
export function TokenPanel() {
  const state = useSession();
  const held = state.status === 'signed-in' ? state.tokens : null;
  const [source, setSource] = useState<Source>({ kind: 'access' });
  const text = source.kind === 'pasted' ? source.text : (held?.[source.kind] ?? '');
  const hintId = useId();
  return (
    <section className="token-panel" aria-label="Token">
      <h2>Token</h2>
      <p id={hintId}>
        Decoded here in your browser: nothing is sent anywhere. To have the signature checked, use the Verify tab.
      </p>
      <label>
        Paste any token
        <textarea
          rows={6}
          spellCheck={false}
          autoCapitalize="none"
          autoComplete="off"
          aria-describedby={hintId}
          value={text}
          onChange={({ target }) => setSource({ kind: 'pasted', text: target.value })}
        />
      </label>
      {held !== null && <Choice held={held} source={source} choose={setSource} />}
      <Reading reading={readToken(text)} />
    </section>
  );
}

interface ChoiceProps {
  readonly held: HeldTokens;
  readonly source: Source;
  readonly choose: (source: Source) => void;
}

function Choice({ held, source, choose }: ChoiceProps) {
  const kinds = held.refresh === null ? (['access'] as const) : (['access', 'refresh'] as const);
  return (
    <div className="choice" role="group" aria-label="Use one of your tokens">
      {kinds.map((kind) => (
        <button key={kind} type="button" aria-pressed={source.kind === kind} onClick={() => choose({ kind })}>
          My {kind} token
        </button>
      ))}
    </div>
  );
}

function Reading({ reading }: { readonly reading: TokenReading }) {
  const now = useNow();
  const verdict = reading.kind === 'token' ? verdictOf(reading.claims, now) : null;
  return (
    <>
      <p className="junk" role="status">
        {reading.kind === 'junk' && reading.why}
      </p>
      {verdict && <p className={verdict.isGood ? 'verdict good' : 'verdict bad'}>{verdict.text}</p>}
      {reading.kind === 'token' && (
        <>
          <ClaimList label="Claims" claims={reading.claims} now={now} />
          <ClaimList label="Header" claims={reading.header} now={now} />
        </>
      )}
    </>
  );
}
