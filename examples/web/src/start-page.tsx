import { useEffect, useState } from 'react';
import { connection, tokens } from './client.ts';
import { ConnectionNotice } from './connection-notice.tsx';
import { isUnanswered } from './connection.ts';
import { PageHeading } from './page-heading.tsx';

/** In cookie mode only the server knows who is signed in: this is there until it has said so. */
export function StartPage() {
  const [problem, setProblem] = useState<string | null>(null);

  // The answer comes to whoever has subscribed to the tokens.
  async function askWho(): Promise<void> {
    try {
      await tokens.accessToken();
      connection.note(false);
    } catch (error) {
      connection.note(isUnanswered(error));
      setProblem(error instanceof Error && !isUnanswered(error) ? error.message : null);
    }
  }

  useEffect(() => {
    void askWho();
  }, []);

  return (
    <main className="narrow">
      <PageHeading>One moment…</PageHeading>
      <ConnectionNotice comfort="Whether you are signed in shows when it does." retry={askWho} />
      <p role="alert" className="problem">
        {problem}
      </p>
    </main>
  );
}
