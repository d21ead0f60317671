import { describe, expect, test } from '@jest/globals';
import { startTestServer } from '../../support/server.ts';

describe('the root of the server', () => {
  test.each([
    ['on', 'on', '/graphql'],
    ['on', 'off', '/graphql'],
    ['off', 'on', '/console'],
    ['off', 'off', null],
  ])('leads a browser to a page that there is: GraphiQL %s, console %s', async (GRAPHIQL, CONSOLE, target) => {
    const server = await startTestServer('sqlite', { env: { GRAPHIQL, CONSOLE } });
    try {
      const ask = (accept: string) => fetch(new URL('/', server.url), { headers: { accept }, redirect: 'manual' });
      const browser = await ask('text/html,application/xhtml+xml;q=0.9,*/*;q=0.8');
      expect([browser.status, browser.headers.get('location')]).toEqual(target === null ? [404, null] : [302, target]);
      const program = await ask('application/json');
      expect(program.status).toBe(404);
      expect(await program.json()).toMatchObject({ errors: [{ message: expect.stringContaining('POST /graphql') }] });
    } finally {
      await server.remove();
    }
  });
});
