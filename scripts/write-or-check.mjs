import { readFile, writeFile } from 'node:fs/promises';
import { format, getFileInfo, resolveConfig } from 'prettier';

/** Writes a generated file, or with --check on the command line fails if it is not up to date. */
export async function writeOrCheck(file, text) {
  const { ignored } = await getFileInfo(file, { ignorePath: '.prettierignore' });
  const formatted = ignored ? text : await format(text, { ...(await resolveConfig(file)), filepath: file });
  if (!process.argv.includes('--check')) return writeFile(file, formatted);
  if ((await readFile(file, 'utf8').catch(() => '')) === formatted) return;
  console.error(`${file} is not up to date. Run \`npm run generate\` and commit what it writes.`);
  process.exitCode = 1;
}
