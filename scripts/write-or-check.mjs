import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const OXFMT = join(createRequire(import.meta.url).resolve('oxfmt/package.json'), '../bin/oxfmt');

/** Writes a generated file, or with --check on the command line fails if it is not up to date. */
export async function writeOrCheck(file, text) {
  const formatted = format(file, text);
  if (!process.argv.includes('--check')) return writeFile(file, formatted);
  if ((await readFile(file, 'utf8').catch(() => '')) === formatted) return;
  console.error(`${file} is not up to date. Run \`npm run generate\` and commit what it writes.`);
  process.exitCode = 1;
}

/** As the formatter would write it; it leaves `generated/` as it is, so it is not asked. */
function format(file, text) {
  if (file.includes('/generated/')) return text;
  const { status, stdout, stderr } = spawnSync(process.execPath, [OXFMT, `--stdin-filepath=${file}`], {
    input: text,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${file}: ${stderr}`);
  return stdout;
}
