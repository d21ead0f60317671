// Follows every link of a built site: `node site/check-links.mjs site/dist`. Prints those without a target in it, and what
// a page would load from elsewhere.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const LINK = /<(\w+)\b[^>]*?\s(?:href|src)="([^"]*)"/g;
const ID = /\sid="([^"]*)"/g;
const decode = (text) => decodeURIComponent(text.replaceAll('&amp;', '&'));

function checkLinks(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.html'));
  const texts = new Map(files.map((file) => [join(folder, file), readFileSync(join(folder, file), 'utf8')]));
  const ids = new Map();
  for (const [file, text] of texts) ids.set(file, new Set(Array.from(text.matchAll(ID), ([, id]) => decode(id))));

  const dead = [];
  const count = { pages: files.length, links: 0 };
  for (const [file, text] of texts) {
    const found = new Set(Array.from(text.matchAll(LINK), ([, tag, link]) => `${tag} ${link}`));
    for (const each of found) {
      const [tag, link] = each.split(/ (.*)/s);
      count.links++;
      const fault = /^(?:[a-z]+:|\/\/)/i.test(link) ? loadFault(tag, link) : linkFault(file, decode(link));
      if (fault !== null) dead.push(`${file.slice(folder.length + 1)}: ${link}: ${fault}`);
    }
  }
  return { count, dead };

  function linkFault(file, link) {
    const [path, anchor = ''] = link.split('#');
    let target = file;
    if (path !== '') target = path.startsWith('/') ? join(folder, path) : resolve(dirname(file), path);
    if (existsSync(target) && statSync(target).isDirectory()) target = join(target, 'index.html');
    if (!existsSync(target)) return 'there is no such page';
    if (anchor === '' || !ids.has(target)) return null;
    return ids.get(target).has(anchor) ? null : 'the page has no such heading';
  }
}

/** A reader may follow a link to elsewhere; a page that loads something from elsewhere tells others who reads it. */
function loadFault(tag, link) {
  return tag === 'a' || link.startsWith('data:') ? null : 'is loaded from another host';
}

const [folder = ''] = process.argv.slice(2);
const { count, dead } = checkLinks(resolve(folder));
for (const line of dead) console.error(line);
console.log(`${count.pages} pages, ${count.links} links, ${dead.length} dead`);
if (dead.length > 0 || count.links === 0) process.exitCode = 1;
