import { useState } from 'react';
import { useSession, useTokens } from '../../src/client/react.ts';
import type { MailLink } from '../../src/client/recovery.ts';
import { useSignOut } from '../bar/use-sign-out.ts';
import { userOf } from '../tokens/user-of.ts';
import type { Features } from '../features.ts';
import { Shell } from './shell/shell.tsx';
import { VisitorPage } from './visitor/visitor-page.tsx';

interface ConsoleProps {
  readonly features: Features;
  /** The link of a mail by which the page was opened. */
  readonly link: MailLink | null;
}

/** The page at `/console`: the user's own account and, for admins, those of others. */
export function Console({ features, link: given }: ConsoleProps) {
  const tokens = useTokens();
  const session = useSession();
  const [link, setLink] = useState(given);
  const { signOut, why } = useSignOut(session);
  if (session.status === 'signed-in' && link === null) {
    // The key remounts everything, so that no user sees another's data. `RequireSession` does so for each session: a changed password
    // begins one, and the message that it is changed would go.
    return <Shell key={userOf(session.tokens.access)} tokens={tokens} features={features} signOut={signOut} />;
  }
  if (session.status === 'unknown') return null;
  return <VisitorPage features={features} link={link} why={why} onDone={() => setLink(null)} />;
}
