// Packs a release as `npm publish` would, from the build there is, and fails unless it holds what users need and no more.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { build } from 'rolldown';
import { PACKAGES, writePackage } from './write-packages.mjs';

const AT_THE_ROOT = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json', 'schema.graphql'];
/** Where each page is packed, and where its files are served. */
const PAGES = { 'dist/page': '/graphiql/', 'dist/console': '/console/' };
const PAGE = /^dist\/(?:page|console)\/(index\.html|assets\/[\w.-]+\.((js|css|svg|ttf)(\.gz)?|woff2?))$/;
/** We publish ES modules alone. `require` of Node.js 20.19 and newer loads them; older resolutions are not served. */
const NOT_SERVED = new Set(['node10', 'node16-cjs']);

const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));

/** What is wrong with the list of files: each source must be there compiled, with its types and its map. */
function listProblems(packed) {
  const modules = filesIn('src').filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts')); // declarations are of others, and not built
  const compiled = modules.flatMap((file) =>
    ['.js', '.js.map', '.d.ts'].map((end) => `dist/${file.slice(0, -3)}${end}`),
  );
  const expected = [...AT_THE_ROOT, ...compiled, ...Object.keys(PAGES).map((page) => `${page}/index.html`)];
  const excess = packed.filter((file) => !expected.includes(file) && !PAGE.test(file));
  const missing = expected.filter((file) => !packed.includes(file));
  return [
    ...excess.map((file) => `${file}: is packed, and nobody needs it`),
    ...missing.map((file) => `${file}: is missing`),
  ];
}

/** Problems in the content of the files. */
function contentProblems(folder, packed) {
  const here = process.cwd();
  return packed.flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const problems = text.includes(here) ? [`${file}: names a folder of this machine`] : [];
    if (file.endsWith('.map')) {
      const { sources, sourcesContent = [] } = JSON.parse(text);
      if (sources.some((_, index) => !sourcesContent[index]))
        problems.push(`${file}: leads to a source that is not packed`);
    }
    const base = file.endsWith('.html') ? PAGES[dirname(file)] : undefined;
    const linked = base ? text.split('"').filter((part) => part.startsWith(base) && part !== base) : [];
    const absent = linked.filter((path) => !packed.includes(`${dirname(file)}/${path.slice(base.length)}`));
    return [...problems, ...absent.map((path) => `${file}: asks for ${path}, which is not packed`)];
  });
}

/** Problems that resolvers and compilers have with `exports`. */
async function exportProblems(tarball, notServed = NOT_SERVED) {
  const { messages, pkg } = await publint({ pack: { tarball: bytesOf(tarball) }, strict: true });
  const types = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)), {
    excludeEntrypoints: ['./schema.graphql'],
  });
  if (!types.types) return ['package.json: leads to no types'];
  const serious = types.problems.filter(({ resolutionKind }) => !notServed.has(resolutionKind));
  return [
    ...messages.map((message) => `package.json: ${formatMessage(message, pkg, { color: false })}`),
    ...serious.map((problem) => `package.json: ${JSON.stringify(problem)}`),
  ];
}

/** What a page loads of the client beside its own code: bundled, minified and compressed, in bytes. */
const MOST_BYTES = { 'dist/client/index.js': 4740 };

/** All scripts and styles of the console, compressed, in bytes. */
const MOST_OF_CONSOLE = 180_000;

function consoleProblems(folder) {
  const assets = join(folder, 'dist/console/assets');
  const bytes = filesIn(assets)
    .filter((file) => /\.(?:js|css)$/.test(file))
    .reduce((sum, file) => sum + gzipSync(readFileSync(join(assets, file))).length, 0);
  console.log(`dist/console: ${bytes} bytes compressed, at most ${MOST_OF_CONSOLE}`);
  return bytes > MOST_OF_CONSOLE
    ? [`dist/console: is ${bytes} bytes compressed; expected at most ${MOST_OF_CONSOLE}`]
    : [];
}

async function sizeProblems(folder) {
  const problems = consoleProblems(folder);
  for (const [file, most] of Object.entries(MOST_BYTES)) {
    const { output } = await build({
      input: join(folder, file),
      write: false,
      platform: 'browser',
      output: { minify: true, format: 'es' },
    });
    const bytes = gzipSync(output[0].code).length;
    console.log(`${file}: ${bytes} bytes minified and compressed, at most ${most}`);
    if (bytes > most) problems.push(`${file}: is ${bytes} bytes minified and compressed; expected at most ${most}`);
    problems.push(...output[0].imports.map((name) => `${file}: needs ${name}; expected no package`));
  }
  return problems;
}

/** Of the packages of clients and verifiers, which have what they need in them. */
const MOST_DEPENDENCIES = 3;
const MOST_INSTALLED = 1_000_000;
const MOST_ON_EDGE = 15_000;

/** Writes and packs one of them, and says what is wrong with it. */
async function packageProblems(name, place) {
  const source = join(place, name);
  await writePackage(name, source);
  const tarball = pack(source, place);
  const files = filesIn(source);
  const { dependencies = {}, exports } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  const bytes = files.reduce((sum, file) => sum + statSync(join(source, file)).size, 0);
  const problems = [
    ...contentProblems(source, files),
    // CommonJS is served as well; what is older than `exports` is not.
    ...(await exportProblems(readFileSync(tarball), new Set(['node10']))),
  ];
  if (Object.keys(dependencies).length > MOST_DEPENDENCIES) problems.push('package.json: has too many dependencies');
  if (bytes > MOST_INSTALLED) problems.push(`is ${bytes} bytes; expected at most ${MOST_INSTALLED}`);
  const edge = exports['./edge'] ? gzipSync(readFileSync(join(source, 'edge.js'))).length : 0;
  if (edge > MOST_ON_EDGE) problems.push(`edge.js: is ${edge} bytes compressed; expected at most ${MOST_ON_EDGE}`);
  console.log(`${name}: ${files.length} files, ${Math.round(bytes / 1024)} KiB installed`);
  return problems.map((problem) => `${name}: ${problem}`);
}

/** Packs a folder; the path of the tarball. */
function pack(source, into) {
  const packed = execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', into], {
    cwd: source,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return join(into, packed.trim());
}

const bytesOf = ({ buffer, byteOffset, byteLength }) => buffer.slice(byteOffset, byteOffset + byteLength);

const folder = mkdtempSync(join(tmpdir(), 'package-'));
try {
  const name = basename(pack(process.cwd(), folder));
  const tarball = readFileSync(join(folder, name));
  execFileSync('tar', ['-xzf', name], { cwd: folder });
  const packed = filesIn(join(folder, 'package'));
  const problems = [
    ...listProblems(packed),
    ...contentProblems(join(folder, 'package'), packed),
    ...(await exportProblems(tarball)),
    ...(await sizeProblems(join(folder, 'package'))),
  ];
  mkdirSync(join(folder, 'parts'));
  for (const part of Object.keys(PACKAGES)) problems.push(...(await packageProblems(part, join(folder, 'parts'))));
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const create = JSON.parse(readFileSync('packages/create-graphql-simplejwt/package.json', 'utf8'));
  if (create.version !== version)
    problems.push(`create-graphql-simplejwt: has not the version ${version}, which it installs`);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`${name}: ${packed.length} files, ${Math.round(tarball.byteLength / 1024)} KiB, as expected`);
} finally {
  rmSync(folder, { recursive: true });
}
