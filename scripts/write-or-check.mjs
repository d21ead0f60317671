import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';

/** Writes a generated file, or with --check on the command line fails if it is not up to date. */
export async function writeOrCheck(file, text) {
  const config = await resolveConfig(file);
  const formatted = await format(text, { ...config, filepath: file });
  if (!process.argv.includes('--check')) return writeFile(file, formatted);
  if ((await readFile(file, 'utf8').catch(() => '')) === formatted) return;
  console.error(`${file} is not up to date. Run \`npm run generate\` and commit what it writes.`);
  process.exitCode = 1;
}
