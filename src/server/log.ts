import { pino, type Logger } from 'pino';
import { visibleLines } from '../contracts/visible.ts';

/** The log of a server: a JSON record a line. Controls in what clients have sent reach no terminal that shows it. */
export function createLog(level: string, destination?: { write(line: string): void }): Logger {
  const options = { level, hooks: { streamWrite: visibleLines } };
  return destination === undefined ? pino(options) : pino(options, destination);
}
