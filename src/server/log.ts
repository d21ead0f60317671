import { pino, type DestinationStream, type Logger } from 'pino';
import { visibleLines } from '../contracts/visible.ts';

/** Bytes that are kept for a reader that is slow, or a disk that is full. What comes then is lost. */
const MOST_KEPT = 8 * 1024 * 1024;

/** The log of a server: a JSON record a line. Controls in what clients have sent reach no terminal that shows it. */
export function createLog(level: string, destination: DestinationStream = logTo(process.stdout.fd)): Logger {
  return pino({ level, hooks: { streamWrite: visibleLines } }, destination);
}

/**
 * Writes lines to a file, or to what has been opened. What cannot be written, on a full disk, is kept and written when there is room: a server goes
 * on without its log, and can be stopped.
 */
export function logTo(dest: number | string): ReturnType<typeof pino.destination> {
  const stream = pino.destination({ dest, sync: false, maxLength: MOST_KEPT });
  const flushSync = stream.flushSync.bind(stream);
  let isFailing = false;
  // At the end of the process it would try for ever.
  stream.flushSync = () => {
    if (!isFailing) flushSync();
  };
  stream.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE' || isFailing) return;
    isFailing = true;
    console.error(`The log cannot be written: ${message}. The server goes on.`);
    stream.once('drain', () => (isFailing = false));
  });
  return stream;
}
