import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { defineConfig } from 'vitepress';

const pages = join(import.meta.dirname, '..');
const root = join(pages, '../..');

/** As GitHub makes the anchor of a heading: the documents are read there too. */
const slugify = (heading) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

/** Where a link of a document leads on the site: `README.md` is the page of its folder, and other files have pages too. */
function linkOnSite(link, page) {
  if (/^(?:[a-z]+:|#|\/)/i.test(link)) return link;
  const [path, anchor] = link.split('#');
  const hash = anchor === undefined ? '' : `#${anchor}`;
  const target = join(dirname(page), path);
  if (/\.(?:md|webp)$/.test(target)) return `/${target.replace(/README\.md$/, 'index.md')}${hash}`;
  return existsSync(join(pages, `files/${target}.md`)) ? `/files/${target}.md${hash}` : link;
}

/** The lists of docs/README.md are the menu: a heading with a colon, then its links. */
function sidebar() {
  const text = readFileSync(join(root, 'docs/README.md'), 'utf8');
  const groups = Array.from(text.matchAll(/^([\w ]+):\n\n((?:- .+\n(?: {2}.+\n)*)+)/gm), ([, title, list]) => ({
    text: title,
    items: Array.from(list.matchAll(/\[([^\]]+)\]\(([^)]+)\)/g), ([, name, link]) => ({
      text: name,
      link: linkOnSite(link, 'docs/index.md').replace(/(?:index)?\.md$/, ''),
    })),
  }));
  return [
    { text: 'README', link: '/' },
    ...groups,
    {
      text: 'Reference',
      items: [
        { text: 'API', link: '/api/' },
        { text: 'GraphQL schema', link: '/files/schema.graphql' },
      ],
    },
  ];
}

export default defineConfig({
  title: 'graphql-simplejwt',
  description: 'Access and refresh tokens for GraphQL: a server, a library and clients.',
  lastUpdated: false,
  markdown: {
    html: false,
    anchor: { slugify },
    config: (md) => {
      md.core.ruler.push('links_on_site', ({ tokens, env }) => {
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          if (token.type !== 'link_open') continue;
          const page = relative(pages, join(pages, env.relativePath));
          token.attrSet('href', linkOnSite(token.attrGet('href') ?? '', page));
        }
      });
      const { fence } = md.renderer.rules;
      md.renderer.rules.fence = (tokens, index, ...rest) => {
        const { info, content } = tokens[index];
        return info.trim() === 'mermaid'
          ? `<Diagram code="${encodeURIComponent(content)}" />`
          : fence(tokens, index, ...rest);
      };
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    sidebar: sidebar(),
    outline: [2, 3],
  },
});
