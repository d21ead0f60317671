import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

const documentsIn = (folder: string, recursive: boolean) =>
  readdirSync(join(ROOT, folder), { recursive, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(folder, file));

/** Every document, by its path from the root. */
export const DOCUMENTS: readonly string[] = [
  ...documentsIn('.', false),
  ...documentsIn('docs', true),
  ...documentsIn('examples', true),
].toSorted();
