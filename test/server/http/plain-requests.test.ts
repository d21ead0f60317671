import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { fastify } from 'fastify';
import type { AuthContext } from '../../../src/graphql/context.ts';
import { PlainRequests, type PlainRequestParts } from '../../../src/server/http/plain-requests.ts';

const OPERATION = { query: '{ hello }', variables: { a: 'é' } };

describe('requests that are answered before Fastify sees them', () => {
  const app = fastify();
  afterEach(() => app.close());

  test('are Fastify’s to explain where the answer fails, and are not answered twice', async () => {
    const asked: unknown[] = [];
    const plain: PlainRequestParts['plain'] = {
      run: async (operation) => {
        asked.push(operation);
        throw Object.assign(new Error('out of luck'), { statusCode: 507 });
      },
    };
    const context = async () => ({}) as AuthContext;
    const requests = new PlainRequests({ plain, context, addressHeader: 'x-forwarded-for', bodyLimit: 1000 });
    requests.standBefore(app.server);
    app.post('/graphql', { preParsing: requests.body }, async ({ raw, body }) => {
      expect(body).toEqual(OPERATION);
      requests.expectNoFailure(raw);
      return 'answered again';
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers,
      body: JSON.stringify(OPERATION),
    });
    expect(answer.status).toBe(507);
    expect(await answer.json()).toMatchObject({ message: 'out of luck' });
    expect(asked).toEqual([OPERATION]);
  });
});
