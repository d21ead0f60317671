import { CliError } from './cli/terminal.ts';
import { AuthError, StoreUnavailable } from './errors.ts';
import { SettingsError } from './settings/settings.ts';

/** What went wrong, in the words of whoever runs the program: one line, and a stack only for a bug. */
export function explain(error: unknown): string {
  if (error instanceof StoreUnavailable) return `The store cannot be used: ${messageOf(error.cause)}`;
  if (error instanceof SettingsError || error instanceof CliError || error instanceof AuthError) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `PORT: ${error.message.replace('listen ', '')}. Stop what listens there, or set another PORT.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
