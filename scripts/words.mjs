// Checks the words of all documents but the decisions and the glossary with textlint, by scripts/words/plain-english.mjs.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TextlintKernel } from '@textlint/kernel';
import markdown from '@textlint/textlint-plugin-markdown';
import { plainEnglish } from './words/plain-english.mjs';

const root = join(import.meta.dirname, '..');
const markdownIn = (folder) =>
  readdirSync(join(root, folder), { recursive: true })
    .filter((file) => file.endsWith('.md') && !/^adr\b|node_modules/.test(file))
    .map((file) => join(folder, file));
const named = process.argv.slice(2);
const AT_THE_ROOT = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'];
const documents = named.length > 0 ? named : [...AT_THE_ROOT, ...['docs', 'examples', 'packages'].flatMap(markdownIn)];

const kernel = new TextlintKernel();
let count = 0;
for (const filePath of documents.toSorted()) {
  const { messages } = await kernel.lintText(readFileSync(join(root, filePath), 'utf8'), {
    filePath,
    ext: '.md',
    plugins: [{ pluginId: 'markdown', plugin: markdown.default ?? markdown }],
    rules: [{ ruleId: 'plain-english', rule: plainEnglish }],
  });
  for (const { line, column, message } of messages) console.error(`${filePath}:${line}:${column} ${message}`);
  count += messages.length;
}
if (count > 0) {
  console.error(`${count} findings`);
  process.exitCode = 1;
}
