// Builds the documentation site from README, docs and docstrings into site/dist, without a network: `npm run site` at the
// root. Fails where a link leads nowhere.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { build } from 'vitepress';
import { errorPages } from './error-pages.mjs';
import { isShown, SOURCES } from './shown.mjs';

const here = import.meta.dirname;
const root = join(here, '..');
const pages = join(here, '.pages');
const built = join(here, 'dist');

/** In characters: colours make a page of a longer file too large. */
const MOST_COLOURED = 20_000;
const LANGUAGES = { '.service': 'ini', '.conf': 'nginx', '.mjs': 'js', '': 'text' };

function stage(file) {
  if (!isShown(file)) return;
  const from = join(root, file);
  const extension = extname(file);
  const isPage = extension === '.md' || extension === '.webp';
  const to = join(pages, isPage ? file.replace(/README\.md$/, 'index.md') : `files/${file}.md`);
  mkdirSync(dirname(to), { recursive: true });
  if (isPage) return cpSync(from, to);
  const text = readFileSync(from, 'utf8').trimEnd();
  const language = text.length > MOST_COLOURED ? 'text' : (LANGUAGES[extension] ?? extension.slice(1));
  writeFileSync(to, `---\nsearch: false\n---\n\n# \`${file}\`\n\n\`\`\`\`${language}\n${text}\n\`\`\`\`\n`);
}

function stageAll() {
  rmSync(pages, { recursive: true, force: true });
  for (const folder of SOURCES) {
    const entries = readdirSync(join(root, folder), { recursive: folder !== '.', withFileTypes: true });
    for (const entry of entries) {
      if (entry.isFile()) stage(join(entry.parentPath, entry.name).slice(root.length + 1));
    }
  }
  for (const [reason, text] of errorPages(root)) {
    mkdirSync(join(pages, 'errors'), { recursive: true });
    writeFileSync(join(pages, `errors/${reason}.md`), text);
  }
  mkdirSync(join(pages, '.vitepress'), { recursive: true });
  cpSync(join(here, 'config.mjs'), join(pages, '.vitepress/config.mjs'));
  cpSync(join(here, 'theme'), join(pages, '.vitepress/theme'), { recursive: true });
}

/** The reference of everything that the packages export, from the docstrings. */
function writeReference() {
  execFileSync(process.execPath, [join(here, 'node_modules/typedoc/bin/typedoc')], { cwd: here, stdio: 'inherit' });
}

stageAll();
writeReference();
await build(pages, { outDir: built });
execFileSync(process.execPath, [join(here, 'check-links.mjs'), built], { stdio: 'inherit' });
