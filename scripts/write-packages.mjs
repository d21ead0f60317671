// Writes the packages of clients and verifiers from the build there is: bundled, for ES modules and CommonJS, with their types.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const { version, engines } = JSON.parse(readFileSync('package.json', 'utf8'));

/** By folder of `packages/`: the entry of each path of `exports`, as a file of `dist`. */
export const PACKAGES = {
  client: {
    platform: 'neutral',
    entries: {
      index: 'client/index',
      account: 'client/account',
      'apollo-client': 'client/apollo-client',
      dpop: 'client/dpop',
      'graphql-ws': 'client/graphql-ws',
      react: 'client/react',
      ssr: 'client/ssr',
      recovery: 'client/recovery',
    },
  },
  verifier: { platform: 'node', entries: { index: 'verifier/index', edge: 'verifier/edge' } },
};

/** What the same code is called when it is installed by itself. */
const NAMES = [
  ['graphql-simplejwt/client', 'graphql-simplejwt-client'],
  ['graphql-simplejwt/account', 'graphql-simplejwt-client/account'],
  ['graphql-simplejwt/apollo-client', 'graphql-simplejwt-client/apollo-client'],
  ['graphql-simplejwt/dpop', 'graphql-simplejwt-client/dpop'],
  ['graphql-simplejwt/graphql-ws', 'graphql-simplejwt-client/graphql-ws'],
  ['graphql-simplejwt/react', 'graphql-simplejwt-client/react'],
  ['graphql-simplejwt/ssr', 'graphql-simplejwt-client/ssr'],
  ['graphql-simplejwt/recovery', 'graphql-simplejwt-client/recovery'],
  ['graphql-simplejwt/verifier', 'graphql-simplejwt-verifier'],
];
const renamed = (text) => NAMES.reduce((now, [from, to]) => now.replaceAll(`'${from}`, `'${to}`), text);

/** The declarations that an entry leads to, as files of `dist`. */
function declarationsOf(entry, found = new Set()) {
  if (found.has(entry)) return found;
  found.add(entry);
  const text = readFileSync(join('dist', entry), 'utf8').replaceAll(/\/\*[^]*?\*\//g, '');
  for (const [, target] of text.matchAll(/(?:from |import\(|import )["'](\.[^"']+)["']/g)) {
    declarationsOf(normalize(join(dirname(entry), target)).replace(/\.[jt]s$/, '.d.ts'), found);
  }
  return found;
}

/** An entry that imports nothing as it is loaded: each edge runtime takes it as it is. */
const isForEdge = (name) => name === 'edge';

async function bundle(entries, { platform, folder, format, external, minify = false }) {
  const bundled = await rolldown({
    input: entries,
    platform,
    external,
    treeshake: { moduleSideEffects: false },
    // 'use client' is kept, as it stands in an entry.
    onLog: (level, log, handle) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && handle(level, log),
  });
  const { output } = await bundled.write({
    dir: folder,
    format,
    minify,
    exports: 'named',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  });
  await bundled.close();
  return output;
}

/** Writes one package into a folder. */
export async function writePackage(name, folder) {
  const { entries, platform } = PACKAGES[name];
  const own = JSON.parse(readFileSync(join('packages', name, 'package.json'), 'utf8'));
  const external = Object.keys(own.peerDependencies ?? {}).map((peer) => new RegExp(`^${peer}($|/)`));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'cjs'), { recursive: true });
  const inputs = (isWanted) =>
    Object.fromEntries(
      Object.entries(entries)
        .filter(([entry]) => isWanted(entry))
        .map(([entry, file]) => [entry, join('dist', `${file}.js`)]),
    );
  for (const [format, into] of [
    ['es', folder],
    ['cjs', join(folder, 'cjs')],
  ]) {
    const output = await bundle(
      inputs((entry) => !isForEdge(entry)),
      { platform, folder: into, format, external },
    );
    // What is CommonJS inside asks for modules of Node.js by `require`, which bundlers of ES modules stumble over: one copy, then.
    if (format === 'cjs' && platform === 'node') {
      for (const { isEntry, fileName, exports } of output) {
        const wrapper = `export { ${exports.join(', ')} } from './cjs/${fileName}';\n`;
        if (isEntry) writeFileSync(join(folder, fileName), wrapper);
      }
    }
    const edge = inputs(isForEdge);
    if (Object.keys(edge).length > 0)
      await bundle(edge, { platform: 'browser', folder: into, format, external, minify: true });
  }
  const files = Object.values(entries).reduce((found, file) => declarationsOf(`${file}.d.ts`, found), new Set());
  for (const types of [join(folder, 'types'), join(folder, 'cjs/types')]) {
    for (const file of files) {
      mkdirSync(dirname(join(types, file)), { recursive: true });
      writeFileSync(join(types, file), renamed(readFileSync(join('dist', file), 'utf8')));
    }
  }
  const route = (entry, file) => ({
    import: { types: `./types/${file}.d.ts`, default: `./${entry}.js` },
    require: { types: `./cjs/types/${file}.d.ts`, default: `./cjs/${entry}.js` },
  });
  const routes = Object.entries(entries).map(([entry, file]) => [
    entry === 'index' ? '.' : `./${entry}`,
    route(entry, file),
  ]);
  const exports = { ...Object.fromEntries(routes), './package.json': './package.json' };
  const { name: called, ...rest } = own;
  const manifest = { name: called, version, ...rest, engines, exports };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(join(folder, 'cjs/package.json'), '{ "type": "commonjs" }\n');
  for (const [file, from] of [
    ['LICENSE', 'LICENSE'],
    ['README.md', join('packages', name, 'README.md')],
  ]) {
    cpSync(from, join(folder, file));
  }
  return relative('.', folder);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const name of Object.keys(PACKAGES)) console.log(await writePackage(name, join('dist/packages', name)));
}
