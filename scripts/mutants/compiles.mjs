import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CONFIGURATION = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'tsconfig.client.json'];
/** That a function is not called any more is no error here. */
const FLAGS = ['--noEmit', '--noUnusedLocals', 'false', '--noUnusedParameters', 'false'];

/**
 * Whether the compiler takes a file with this text. It takes seconds, so ask about survivors alone.
 *
 * @param copy where there is a copy of the sources, or will be
 */
export function compiles(root, copy, file, text) {
  if (!existsSync(copy)) {
    mkdirSync(copy);
    for (const name of ['src', ...CONFIGURATION]) cpSync(join(root, name), join(copy, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  }
  const project = file.startsWith('src/client/') ? 'tsconfig.client.json' : 'tsconfig.build.json';
  writeFileSync(join(copy, file), text);
  const { status } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', project, ...FLAGS], { cwd: copy });
  writeFileSync(join(copy, file), readFileSync(join(root, file)));
  return status === 0;
}
