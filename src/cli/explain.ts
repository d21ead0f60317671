import { AuthError, StoreUnavailable } from '../contracts/errors.ts';
import { SettingsError } from '../contracts/settings/settings.ts';
import { StoreRefusal } from '../contracts/store/store-keeper.ts';
import { KeyRingError } from '../core/keys/ring-key.ts';
import { WorkersError } from '../server/workers/supervisor.ts';
import { DumpError } from './django/dump.ts';
import { CliError } from './terminal.ts';

/** The error as an operator should read it: one line, and a stack trace only for a bug. */
export function explain(error: unknown): string {
  if (error instanceof StoreUnavailable) return explainStore(error);
  const plain = [SettingsError, KeyRingError, CliError, DumpError, StoreRefusal, AuthError, WorkersError];
  const isPlain = plain.some((kind) => error instanceof kind);
  if (isPlain && error instanceof Error) return error.message;
  return explainListening(error) ?? (error instanceof Error ? (error.stack ?? error.message) : String(error));
}

function explainStore({ cause }: StoreUnavailable): string {
  const problem = messageOf(cause).replace(/\.?$/, '');
  return `The store does not answer: ${problem}. Check the store that MONGODB_URI or DATA_DIR names, and try again.`;
}

/** Why Node.js cannot listen where the settings say. */
function explainListening(error: unknown): string | null {
  if (!(error instanceof Error && 'syscall' in error && 'code' in error)) return null;
  const { address = '', port = '' } = error as { address?: string; port?: number };
  const place = `${address}:${port}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return `PORT: something listens on ${place} already; expected a free port. Stop it, or set another PORT.`;
    case 'EACCES':
      return `PORT: listening on ${place} is not permitted; expected a port above 1023, or the permission.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST: this machine has no such address (${error.message}); expected one of its own, or 0.0.0.0.`;
    default:
      return null;
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
