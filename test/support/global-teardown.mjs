import { rmSync } from 'node:fs';

export default async function teardown() {
  await globalThis.stopMongoDb();
  if (globalThis.memoryFolder !== undefined) rmSync(globalThis.memoryFolder, { recursive: true, force: true });
}
