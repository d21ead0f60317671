import { visible } from '../contracts/visible.ts';

const LEVELS: Readonly<Record<number, string>> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};
/** What every record has, and nobody looks for on a terminal. */
const COMMON = new Set(['level', 'time', 'pid', 'hostname', 'msg']);
const [RED, YELLOW, DIM] = [31, 33, 2];

/** Where lines go, such as `process.stdout`. */
export interface Terminal {
  write(text: string): unknown;
  hasColors?(): boolean;
}

/** Where a log writes that somebody reads on a terminal: a line a record, `12:05:01 INFO  listening  url=...`, in place of JSON. */
export function prettyTo(terminal: Terminal): { write(line: string): void } {
  const isColoured = terminal.hasColors?.() ?? false;
  const paint = (code: number, text: string) => (isColoured ? `\u001b[${code}m${text}\u001b[0m` : text);
  return { write: (line) => void terminal.write(prettyLine(line, paint)) };
}

/** A record as a line; what is no record stays as it is. */
function prettyLine(line: string, paint: (code: number, text: string) => string): string {
  const record = readRecord(line);
  if (record === null) return line;
  const { level, time, msg } = record;
  const name = (LEVELS[Number(level)] ?? String(level)).padEnd(5);
  const tone = Number(level) >= 50 ? RED : YELLOW;
  const clock = new Date(Number(time)).toTimeString().slice(0, 8);
  const facts = Object.entries(record).flatMap(([key, value]) =>
    COMMON.has(key) || value === null ? [] : [`${key}=${textOf(value)}`],
  );
  const head = [
    paint(DIM, clock),
    Number(level) >= 40 ? paint(tone, name) : name,
    typeof msg === 'string' ? visible(msg) : '',
  ].join(' ');
  return `${[head, ...(facts.length > 0 ? [paint(DIM, visible(facts.join(' ')))] : [])].join('  ')}\n`;
}

function readRecord(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const record: unknown = JSON.parse(line);
    return typeof record === 'object' && record !== null ? (record as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

/** Without what is null in it: a security event has many such. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value, (_key, part: unknown) => (part === null ? undefined : part));
}
