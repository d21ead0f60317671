import type { GraphiQLPlugin } from '@graphiql/react';
import type { TokenStore } from '../../src/client/index.ts';
import { TokenIcon } from '../tokens/token-icon.tsx';
import { TokenPanel } from './token-panel.tsx';

/** GraphiQL's sidebar gets a button for the token panel. */
export function createTokenPlugin(tokens: TokenStore): GraphiQLPlugin {
  return { title: 'Token', icon: TokenIcon, content: () => <TokenPanel tokens={tokens} /> };
}
