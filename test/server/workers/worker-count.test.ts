import { availableParallelism } from 'node:os';
import { expect, test } from '@jest/globals';
import { workerCount } from '../../../src/server/workers/worker-count.ts';

const SQLITE = { dataDir: 'data', mongodbUri: undefined };
const MONGODB = { dataDir: 'data', mongodbUri: 'mongodb://127.0.0.1/test' };

test('there are as many workers as were asked for', () => {
  expect(workerCount({ ...SQLITE, workers: 1 })).toBe(1);
  expect(workerCount({ ...MONGODB, workers: 1 })).toBe(1);
  expect(workerCount({ ...MONGODB, workers: 3 })).toBe(3);
});

test('auto is as many as there are cores, and one where processes cannot share the store', () => {
  expect(workerCount({ ...MONGODB, workers: 'auto' })).toBe(availableParallelism());
  expect(workerCount({ ...SQLITE, workers: 'auto' })).toBe(1);
});

test('several are refused where processes cannot share the store', () => {
  expect(() => workerCount({ ...SQLITE, workers: 2 })).toThrow(/^WORKERS: got 2 with SQLite, .* or a MONGODB_URI/);
});
