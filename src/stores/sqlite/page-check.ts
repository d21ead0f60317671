import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';

/**
 * In a process of its own: SQLite checks synchronously; a thread that is ended amid a call of the binding aborts the whole
 * process, and so may what SQLite meets in a damaged file. Table by table, for a long reading keeps the log from being used
 * anew. It gives way to the server.
 */
const PROGRAM = `
  const os = require('node:os');
  const [binding, file] = process.argv.slice(1);
  const Database = require(binding);
  const say = (found, code) => console.log(JSON.stringify({ found, code }));
  try {
    os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {}
  try {
    const database = new Database(file, { readonly: true });
    database.pragma('busy_timeout = 1000');
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").raw().all([]).flat();
    const check = (table) => database.prepare("PRAGMA quick_check('" + table + "')").raw().all([]).flat()[0];
    const found = tables.filter((name) => /^[a-z_]+$/.test(name)).map(check).find((first) => first !== 'ok');
    if (found === undefined) say(null, null);
    else say(found, 'SQLITE_CORRUPT');
  } catch (error) {
    say(error.message, error.code);
  }
`;
const BINDING = createRequire(import.meta.url).resolve('libsql');

/** What a check has found; `code` is SQLite's. Both are null where all is well. */
interface Finding {
  readonly found: string | null;
  readonly code: string | null;
}

/** A check that runs. */
export interface PageCheck {
  /** Null where it could not be made, or was stopped. */
  readonly finding: Promise<Finding | null>;
  stop(): Promise<unknown>;
}

/** Checks the pages of a file that others may write meanwhile: `PRAGMA quick_check`. */
export function checkPages(file: string): PageCheck {
  const child = spawn(process.execPath, ['-e', PROGRAM, BINDING, file], {
    cwd: dirname(BINDING), // that of the server may be gone
    env: {}, // nothing of its secrets
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child.unref();
  const exited = once(child, 'close').catch(() => {}); // which rejects where it does not start
  const printed = text(child.stdout).catch(() => '');
  return {
    finding: exited.then(async () => findingIn(await printed)),
    stop: () => {
      child.kill('SIGKILL');
      return exited;
    },
  };
}

function findingIn(printed: string): Finding | null {
  return printed === '' ? null : (JSON.parse(printed) as Finding);
}
