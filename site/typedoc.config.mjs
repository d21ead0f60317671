import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const sources = Object.values(exports).flatMap(({ types }) =>
  typeof types === 'string' ? [types.replace('./dist/', '').replace(/\.d\.ts$/, '.ts')] : [],
);

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  plugin: ['typedoc-plugin-markdown'],
  entryPoints: sources.map((file) => join(root, 'src', file)),
  tsconfig: join(root, 'tsconfig.json'),
  out: '.pages/api',
  entryFileName: 'index',
  readme: 'none',
  name: 'API reference',
  disableSources: true,
  excludeInternal: true,
  excludePrivate: true,
  excludeExternals: true,
  validation: { notExported: false },
  // The compiler of the root is newer than the one that TypeDoc knows, and has checked the sources.
  skipErrorChecking: true,
  hideBreadcrumbs: true,
  hidePageHeader: true,
  useCodeBlocks: true,
  expandObjects: true,
  parametersFormat: 'table',
};
