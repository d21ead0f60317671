import type { GraphiQLPlugin } from '@graphiql/react';
import { TokenIcon } from '../tokens/token-icon.tsx';
import { TokenPanel } from './token-panel.tsx';

/** GraphiQL's sidebar gets a button for the token panel. */
export const TOKEN_PLUGIN: GraphiQLPlugin = { title: 'Token', icon: TokenIcon, content: TokenPanel };
