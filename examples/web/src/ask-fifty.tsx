import { useApolloClient } from '@apollo/client/react';
import type { HeldTokens } from 'graphql-simplejwt/apollo-client';
import { useState } from 'react';
import { tokens } from './client.ts';
import { HelloDocument } from './generated/operations.ts';

const COUNT = 50;
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

/** Shows that an access token that has expired is refreshed once, however many operations need it. */
export function AskFifty({ held }: { readonly held: HeldTokens }) {
  const client = useApolloClient();
  const [isAsking, setIsAsking] = useState(false);
  const [result, setResult] = useState('');

  async function ask() {
    if (isAsking) return;
    setIsAsking(true);
    setResult('');
    let refreshes = 0;
    const unsubscribe = tokens.subscribe(() => refreshes++);
    const started = performance.now();
    const answers = await Promise.allSettled(
      Array.from({ length: COUNT }, () =>
        client.query({
          query: HelloDocument,
          fetchPolicy: 'network-only',
          context: { queryDeduplication: false }, // else fifty equal queries would be one
        }),
      ),
    );
    const ms = Math.round(performance.now() - started);
    unsubscribe();
    const answered = answers.filter(({ status }) => status === 'fulfilled').length;
    const refreshed = refreshes === 1 ? 'after one refresh' : `after ${refreshes} refreshes`;
    setResult(`${answered} of ${COUNT} answered in ${ms} ms, ${refreshes === 0 ? 'without a refresh' : refreshed}.`);
    setIsAsking(false);
  }

  return (
    <section className="card" aria-labelledby="token">
      <h2 id="token">Access token</h2>
      <p>
        Good until <span className="number">{clock.format(held.expiresAt)}</span>. Then the first request refreshes it
        and all others wait for that: fifty at once, in any number of tabs, cause one refresh.
      </p>
      <div className="row">
        <button type="button" onClick={() => void ask()} aria-disabled={isAsking}>
          Ask {COUNT} at once
        </button>
        <output>{result}</output>
      </div>
    </section>
  );
}
