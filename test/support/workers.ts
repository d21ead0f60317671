import { afterAll, afterEach } from '@jest/globals';
import { createAuth } from '../../src/graphql/auth.ts';
import { endProcesses, logRecords, startProcess, TEST_ENV, type RunningProcess } from './process.ts';
import { PASSWORD, TEST_KEY } from './server.ts';
import { newPlace, storeKinds, type Place } from './stores.ts';

/** The stores that several processes may share. */
export const sharedStoreKinds = storeKinds.filter((kind) => kind === 'mongodb');

/** Starts servers with two workers, on stores of their own; all are gone after each test, or after all of them. */
export function stageForWorkers(after: typeof afterEach = afterEach) {
  const places: Place[] = [];
  after(endProcesses);
  afterAll(() => Promise.all(places.map((place) => place.remove())));
  /** A store, and the settings of a server on it. */
  const place = (): Place => {
    const made = newPlace('mongodb');
    places.push(made);
    return { ...made, env: { ...TEST_ENV, ...made.env, WORKERS: '2' } };
  };
  return {
    newPlace: place,
    /** A server whose user is alice. */
    async start(more: Readonly<Record<string, string>> = {}, { options, env } = place()): Promise<RunningProcess> {
      const auth = await createAuth({ ...options, signingKey: TEST_KEY, passwordHashCost: 4 });
      await auth.users.create({ username: 'alice', password: PASSWORD });
      await auth.close();
      return startProcess({ env: { ...env, ...more } });
    },
  };
}

/** The workers that have served so far, by process id. */
export function workersOf(server: RunningProcess): number[] {
  const records = logRecords(server.stdout());
  return records.filter(({ msg }) => msg === 'a worker listens').map(({ worker }) => Number(worker));
}

/** Resolves once so many workers have begun to serve since the start; the last two of them. */
export async function whenServed(server: RunningProcess, count: number): Promise<number[]> {
  await server.printed('stdout', new RegExp(`("a worker listens"[^]*){${count}}`));
  return workersOf(server).slice(count - 2, count);
}
