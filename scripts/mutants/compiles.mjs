import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CONFIGURATION = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'tsconfig.client.json'];
/** That a function is not called any more is no error here. */
const FLAGS = ['--noEmit', '--noUnusedLocals', 'false', '--noUnusedParameters', 'false'];

/**
 * Those mutations that the compiler does not take. It takes seconds, so ask about survivors alone: it is asked about one mutation of
 * each file at a time, and remembers what it found of the other files.
 *
 * @param copy where there is a copy of the sources, or will be
 * @param texts `{ mutation, file, text }[]`
 */
export function refused(root, copy, texts) {
  if (!existsSync(copy)) {
    mkdirSync(copy);
    for (const name of ['src', ...CONFIGURATION]) cpSync(join(root, name), join(copy, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  }
  const found = new Set();
  const waiting = [...texts];
  while (waiting.length > 0) {
    const project = projectOf(waiting[0].file);
    const files = new Map();
    for (const one of waiting) if (projectOf(one.file) === project && !files.has(one.file)) files.set(one.file, one);
    for (const one of files.values()) waiting.splice(waiting.indexOf(one), 1);
    const wrong = filesRefused(root, copy, project, [...files.values()]);
    // What one breaks in another's file is found by asking about each alone.
    const isClear = wrong.every((file) => files.has(file));
    for (const one of files.values()) {
      const isRefused = isClear ? wrong.includes(one.file) : filesRefused(root, copy, project, [one]).length > 0;
      if (isRefused) found.add(one.mutation);
    }
  }
  return found;
}

const projectOf = (file) => (file.startsWith('src/client/') ? 'tsconfig.client.json' : 'tsconfig.build.json');

/** The files that the compiler complains of while these texts are in place. */
function filesRefused(root, copy, project, texts) {
  for (const { file, text } of texts) writeFileSync(join(copy, file), text);
  const { status, stdout } = spawnSync(
    join(root, 'node_modules/.bin/tsc'),
    ['-p', project, '--pretty', 'false', ...FLAGS, '--incremental', '--tsBuildInfoFile', join(copy, `${project}.info`)],
    {
      cwd: copy,
      encoding: 'utf8',
    },
  );
  for (const { file } of texts) writeFileSync(join(copy, file), readFileSync(join(root, file)));
  if (status === 0) return [];
  return [...new Set(Array.from(stdout.matchAll(/^(\S+?)\(\d+,\d+\): error/gm), ([, file]) => file))];
}
