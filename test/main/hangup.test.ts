import { afterEach, describe, expect, test } from '@jest/globals';
import { endProcesses, startProcess, TEST_ENV } from '../support/process.ts';
import { newPlace } from '../support/stores.ts';

afterEach(endProcesses);

describe('SIGHUP', () => {
  test.each(['1', 'auto'])(
    'is ignored, with a line in the log, by a server of WORKERS=%s on SQLite',
    async (workers) => {
      const place = newPlace('sqlite');
      const server = await startProcess({ env: { ...TEST_ENV, ...place.env, WORKERS: workers } });
      process.kill(server.pid, 'SIGHUP');
      await server.printed('stdout', /"signal":"SIGHUP","msg":"ignored: there are no workers to replace/);
      expect((await fetch(new URL('/readyz', server.url))).status).toBe(200);
      expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
      await place.remove();
    },
  );
});
