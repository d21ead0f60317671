import { randomBytes } from 'node:crypto';
import { chown, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRingKey, type RingKey } from './ring-key.ts';

/** `<thumbprint>.json`. Other files are ignored: drafts, notes, what a mounted volume brings along. */
const KEY_FILE = /^([\w-]{43})\.json$/;

/** A file of the ring that cannot be used, and why. */
export interface UnusableFile {
  readonly file: string;
  readonly problem: string;
}

/** What a reading of the folder found, by the name of the key. */
export interface RingReading {
  readonly found: ReadonlyMap<string, { readonly text: string; readonly key: RingKey }>;
  readonly unusable: readonly UnusableFile[];
}

export const NOTHING_READ: RingReading = { found: new Map(), unusable: [] };

/**
 * Reads all keys of the folder. A file that has become unusable counts as it was in the reading before: a damaged file
 * must not take the key from a running server.
 *
 * @throws Node's error if the folder cannot be read
 */
export async function readRing(folder: string, before: RingReading): Promise<RingReading> {
  const found = new Map<string, { text: string; key: RingKey }>();
  const unusable: UnusableFile[] = [];
  for (const file of await readdir(folder)) {
    const [, kid] = KEY_FILE.exec(file) ?? [];
    if (kid === undefined) continue;
    const former = before.found.get(kid);
    try {
      const text = await readFile(join(folder, file), 'utf8');
      found.set(kid, former?.text === text ? former : { text, key: await parseRingKey(kid, text) });
    } catch (error) {
      if (isMissing(error)) continue; // it was removed meanwhile
      unusable.push({ file: join(folder, file), problem: error instanceof Error ? error.message : String(error) });
      if (former) found.set(kid, former);
    }
  }
  return { found, unusable };
}

/**
 * Writes the file of a key, readable for its owner alone. It appears whole or not at all, also when the power fails.
 *
 * @throws Node's error if the folder cannot be made or written
 */
export async function writeKeyFile(folder: string, kid: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `.${kid}.${randomBytes(4).toString('hex')}`);
  try {
    await writeFile(draft, text, { flag: 'wx', mode: 0o600, flush: true });
    await giveToOwnerOf(folder, draft);
    await rename(draft, join(folder, `${kid}.json`));
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Removes the file of a key; nothing happens if another was quicker. */
export async function removeKeyFile(folder: string, kid: string): Promise<void> {
  await rm(join(folder, `${kid}.json`), { force: true });
  await syncFolder(folder);
}

/** Whether an error of Node.js says that there is no such file or folder. */
export function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}

/** The server, which owns the folder, could not read what root keeps for itself. */
async function giveToOwnerOf(folder: string, file: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(folder);
  return chown(file, uid, gid);
}

/** A name is on the disk when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
