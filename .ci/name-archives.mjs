// `node name-archives.mjs REGISTRY`: writes into `package-lock.json` where the archive of each package usually is.
import { readFileSync, writeFileSync } from 'node:fs';

const registry = process.argv[2].replace(/\/$/, '');
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
for (const [path, entry] of Object.entries(lock.packages)) {
  if (entry.integrity === undefined) continue;
  const name = entry.name ?? path.split('node_modules/').at(-1);
  entry.resolved = `${registry}/${name}/-/${name.split('/').at(-1)}-${entry.version}.tgz`;
}
writeFileSync('package-lock.json', JSON.stringify(lock, null, 2));
