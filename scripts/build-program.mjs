// Bundles the program and what it depends on into `dist/program/`, from the build there is: a few dozen files load in half the time of
// a thousand. For a clone and the image; a release has its dependencies beside it, where they are updated (ADR 50).
import { build } from 'rolldown';

/** With binaries, with state that others share, or loaded only where a setting asks for them. */
const BESIDE = ['@node-rs/argon2', '@opentelemetry/api', 'bcrypt', 'libsql', 'mongoose'];
/** What packages ask for and go on without. */
const OPTIONAL = ['bufferutil', 'class-validator', 'utf-8-validate'];

await build({
  input: 'dist/main.js',
  platform: 'node',
  external: [...BESIDE, ...OPTIONAL],
  output: { dir: 'dist/program', cleanDir: true, comments: { legal: true }, hashCharacters: 'hex' },
  logLevel: 'warn',
  onLog(level, log, handle) {
    if (level === 'warn' && log.code === 'UNRESOLVED_IMPORT') throw new Error(log.message);
    if (!(log.id ?? '').includes('node_modules')) handle(level, log);
  },
});
