import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

interface Locked {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
}

const read = (file: string): unknown => JSON.parse(readFileSync(join(import.meta.dirname, '..', file), 'utf8'));
const { packages } = read('package-lock.json') as { readonly packages: Readonly<Record<string, Locked>> };
const { allowScripts } = read('package.json') as { readonly allowScripts: Readonly<Record<string, boolean>> };
const installed = Object.entries(packages).filter(([path, { link }]) => path.includes('node_modules/') && !link);

describe('what npm installs', () => {
  test('is what was locked, from the registry that npm is told to use', () => {
    expect(installed.length).toBeGreaterThan(100);
    const isOdd = ({ resolved, integrity = '' }: Locked) => resolved !== undefined || !integrity.startsWith('sha512-');
    const odd = installed.filter(([, locked]) => !locked.inBundle && isOdd(locked));
    expect(odd.map(([path]) => path)).toEqual([]);
  });

  test('runs no script while it is installed', () => {
    const wanting = installed.filter(([, { hasInstallScript }]) => hasInstallScript);
    const names = wanting.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
    expect(Object.fromEntries(names.map((name) => [name, false]))).toEqual(allowScripts);
  });
});
