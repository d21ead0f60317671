import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../support/server.ts';

const run = promisify(execFile);

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer('sqlite', { env: { REST_PATH: '/api/token/' } });
  await server.auth.users.create({ username: 'davidattenborough', password: 'boatymcboatface' });
});
afterAll(() => server.remove());

/** Runs a command as simplejwt's "Getting started" prints it, base address and tokens aside; the answer. */
async function curl(command: string): Promise<unknown> {
  const script = command.replaceAll('http://localhost:8000', new URL(server.url).origin);
  const { stdout } = await run('sh', ['-c', script.replace('curl', 'curl --silent --show-error')]);
  return JSON.parse(stdout);
}

test('the curl commands of "Getting started", from the first to the last', async () => {
  const pair = (await curl(String.raw`
  curl \
    -X POST \
    -H "Content-Type: application/json" \
    -d '{"username": "davidattenborough", "password": "boatymcboatface"}' \
    http://localhost:8000/api/token/
  `)) as { access: string; refresh: string };
  expect(Object.keys(pair).toSorted()).toEqual(['access', 'refresh']);

  expect(
    await curl(String.raw`
  curl \
    -H "Authorization: Bearer ${pair.access}" \
    http://localhost:8000/api/hello/
  `),
  ).toEqual({ message: 'Hello, davidattenborough!' });

  const refreshed = (await curl(String.raw`
  curl \
    -X POST \
    -H "Content-Type: application/json" \
    -d '{"refresh":"${pair.refresh}"}' \
    http://localhost:8000/api/token/refresh/
  `)) as { access: string };
  expect(refreshed.access).toMatch(/^eyJ/);
});
