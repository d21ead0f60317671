import { createContext, useContext } from 'react';
import type { AccountApi } from '../../src/client/account.ts';
import type { TokenStore } from '../../src/client/index.ts';
import type { WhoFragment } from '../generated/console-operations.ts';
import type { Api } from './create-api.ts';
import type { Features } from '../features.ts';

/** What every view works with. */
export interface ConsoleParts {
  readonly api: Api;
  readonly tokens: TokenStore;
  readonly account: AccountApi;
  readonly features: Features;
  /** Who is signed in. */
  readonly me: WhoFragment;
  /** Asks for it again. */
  readonly reload: () => Promise<void>;
  /** How often something happened to the user's sessions or account, or the network came back. */
  readonly changes: number;
  /** Says that it did, where the page itself changed it. */
  readonly noteChange: () => void;
  /** Does something that may need a recent sign-in: asks for it, and does it again. */
  readonly withStepUp: <Result>(task: () => Promise<Result>) => Promise<Result>;
}

export const ConsoleContext = createContext<ConsoleParts | null>(null);

export function useConsole(): ConsoleParts {
  const parts = useContext(ConsoleContext);
  if (parts === null) throw new Error('No console. Expected a <ConsoleContext value={...}> around this component.');
  return parts;
}
