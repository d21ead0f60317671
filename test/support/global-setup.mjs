import { chmodSync, mkdtempSync, readFileSync, statfsSync } from 'node:fs';
import { startMongoDb } from './mongodb.mjs';

const MEMORY = '/dev/shm';
const LEAST_FREE_BYTES = 2 * 1024 ** 3;

/** Finds or starts a server for the MongoDB suites; says in one line where there is none. */
export default async function setup() {
  if (process.env.TMPDIR === undefined && hasRoomInMemory()) {
    // A store on a disk waits for it at each commit. The suites that ask what a disk keeps bring one of their own.
    globalThis.memoryFolder = mkdtempSync(`${MEMORY}/simplejwt-tests-`);
    chmodSync(globalThis.memoryFolder, 0o711); // some suites start programs as another user
    process.env.TMPDIR = globalThis.memoryFolder;
  }
  const server = await startMongoDb();
  globalThis.stopMongoDb = server.stop;
  process.env.TEST_MONGODB_URI = server.uri ?? '';
  if (server.uri !== null) return;
  const line = 'The MongoDB suites do not run: set MONGODB_URI, or install on Linux x64 with optional dependencies.';
  if (process.env.CI === 'true') throw new Error(line);
  console.warn(`\n${line}`);
}

/** Linux has it; containers often give it 64 MiB, or run no programs from it. */
function hasRoomInMemory() {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    const options = readFileSync('/proc/mounts', 'utf8')
      .match(/^\S+ \/dev\/shm tmpfs (\S+)/m)?.[1]
      .split(',') ?? ['noexec'];
    return bavail * bsize >= LEAST_FREE_BYTES && !options.includes('noexec') && !options.includes('ro');
  } catch {
    return false;
  }
}
