import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Writes `NAME.gz` beside each file of a page's `assets` that it makes smaller, as the server sends it to browsers. Nothing in them is secret. */
export const compressed = () => ({
  name: 'compressed',
  apply: 'build',
  writeBundle({ dir }, bundle) {
    for (const [name, file] of Object.entries(bundle)) {
      if (!/^assets\/.*\.(js|css|svg|ttf)$/.test(name)) continue; // other fonts are compressed already
      writeFileSync(join(dir, `${name}.gz`), gzipSync(file.type === 'chunk' ? file.code : file.source, { level: 9 }));
    }
  },
});
