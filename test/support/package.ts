import { execFile } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const FILES = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'schema.graphql', 'dist'];
const run = promisify(execFile);

/** Copies what a release is made of, without what other tests put beside the build for a moment. */
function copyPackage(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const isOurs = (path: string) => !/[/\\]dist[/\\](snippet-|packages)/.test(path);
  for (const file of FILES) cpSync(join(ROOT, file), join(folder, file), { recursive: true, filter: isOurs });
}

/** Packs the build into the folder; resolves to the path of the tarball. */
export async function packRelease(folder: string): Promise<string> {
  copyPackage(join(folder, 'release'));
  const { stdout } = await run('npm', ['pack', '--silent', '--ignore-scripts'], { cwd: join(folder, 'release') });
  return join(folder, 'release', stdout.trim());
}
