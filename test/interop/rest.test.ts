import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { REST_CASES, sendRest } from '../support/rest-requests.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { Django, NEWEST_PYTHON } from './django.ts';

describe("simplejwt's views and our addresses, asked the same", () => {
  const django = new Django({}, NEWEST_PYTHON);
  let server: TestServer;
  let api: string;
  beforeAll(async () => {
    await django.start();
    server = await startTestServer('sqlite', { env: { REST_PATH: '/api/token/', THROTTLE: 'off' } });
    api = server.url.replace('graphql', 'api/');
    const { id } = await server.auth.users.create({ username: 'gone', password: PASSWORD });
    await server.auth.users.setActive(id, false);
  });
  afterAll(async () => {
    django.stop();
    await server.remove();
  });

  test.each(REST_CASES)('$name', async (given) => {
    const theirs = await sendRest(django.api, given);
    expect(theirs.status).toBe(given.status);
    expect(await sendRest(api, given)).toEqual(theirs);
  });

  test('a token that is blacklisted is verified with the same answer', async () => {
    const answers = await Promise.all(
      [django.api, api].map(async (base) => {
        const ask = (path: string, body: object) =>
          sendRest(base, { name: '', status: 0, path, body: JSON.stringify(body) });
        const response = await fetch(`${base}token/`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ username: 'alice', password: PASSWORD }),
        });
        const { refresh } = (await response.json()) as { refresh: string };
        return [
          await ask('token/blacklist/', { refresh }),
          await ask('token/blacklist/', { refresh }),
          await ask('token/verify/', { token: refresh }),
          await ask('token/refresh/', { refresh }),
        ];
      }),
    );
    expect(answers[1]).toEqual(answers[0]);
  });
});
