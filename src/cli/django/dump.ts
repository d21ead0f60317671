import { JSONParser } from '@streamparser/json';

/** How `manage.py dumpdata` was told to write: one array, or one object per line. */
export type DumpFormat = 'json' | 'jsonl';

/** An element of a dump; `row` counts from 1. Where a line of JSONL is no JSON, `value` is undefined. */
export interface DumpRow {
  readonly row: number;
  readonly value: unknown;
}

/** A file is not what `manage.py dumpdata` writes. Nothing of it is quoted: it is full of password hashes and tokens. */
export class DumpError extends Error {
  override name = 'DumpError';
}

/**
 * Reads a dump row by row, however large it is.
 *
 * @throws DumpError where it cannot be read any further; the rows before have been given out
 */
export function readDump(input: AsyncIterable<Uint8Array>, format: DumpFormat): AsyncGenerator<DumpRow> {
  return format === 'json' ? readArray(input) : readLines(input);
}

async function* readArray(input: AsyncIterable<Uint8Array>): AsyncGenerator<DumpRow> {
  const parser = new JSONParser({ paths: ['$.*'], keepStack: false });
  const found: unknown[] = [];
  let isArray = true;
  parser.onValue = ({ value, key }) => {
    isArray &&= typeof key === 'number';
    found.push(value);
  };
  let row = 0;
  for await (const chunk of decoded(input)) {
    const problem = problemOf(() => parser.write(chunk));
    if (!isArray) throw new DumpError(`The dump is no JSON array. ${EXPECTED}`);
    for (const value of found.splice(0)) yield { row: ++row, value };
    if (problem !== null) {
      throw new DumpError(`The dump is no JSON in row ${row + 1} or right after it. ${EXPECTED}`, { cause: problem });
    }
  }
  if (!parser.isEnded) throw new DumpError(`The dump ends in the middle, after ${row} complete rows. ${EXPECTED}`);
}

const EXPECTED =
  'Expected what `manage.py dumpdata` writes, as UTF-8: an array, or with `--format jsonl` one object per line. ' +
  'The rows before this place were imported; import the complete dump again, and they are skipped.';

function problemOf(work: () => void): unknown {
  try {
    work();
    return null;
  } catch (error) {
    return error;
  }
}

async function* readLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<DumpRow> {
  let row = 0;
  for await (const line of linesOf(decoded(input))) {
    row += 1;
    if (line.trim() !== '') yield { row, value: parsed(line) };
  }
}

/** Lines end at a line feed alone: U+2028 and U+2029, where others break lines too, may stand in JSON's strings. */
async function* linesOf(input: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const text of input) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/** The text of a file, without the byte order mark that some editors put before it. */
async function* decoded(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (...given: Parameters<typeof decoder.decode>): string => {
    try {
      return decoder.decode(...given);
    } catch (error) {
      throw new DumpError(`The dump is not in UTF-8. ${EXPECTED} ${UTF_16}`, { cause: error });
    }
  };
  let isFirst = true;
  for await (const chunk of input) {
    if (isFirst && COMPRESSED.test(Buffer.from(chunk.subarray(0, 6)).toString('hex'))) throw new DumpError(DECOMPRESS);
    isFirst = false;
    yield decode(chunk, { stream: true });
  }
  yield decode();
}

/** How files of gzip, bzip2, xz and lzma begin. */
const COMPRESSED = /^(1f8b|425a68|fd377a585a00|5d0000)/;
const DECOMPRESS =
  'The dump is compressed, as `dumpdata -o` does for a name that ends with .gz, .bz2, .xz or .lzma. Decompress it, for example with `gunzip`, and import that.';
const UTF_16 = "Windows PowerShell's `>` writes UTF-16: dump with `-o FILE`.";

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
