import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { formIn, valuesOf } from '../../../src/server/http/rest/form.ts';
import { Refusal } from '../../../src/server/http/rest/refusal.ts';
import { HelloDocument } from '../../generated/operations.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { Service } from '../../support/service.ts';

const QUERY = JSON.stringify({ query: '{ __typename }' });

const REFUSED = [
  'TYPE; charset=latin1',
  'TYPE; charset=utf-7',
  'TYPE; charset=utf-16',
  'TYPE; charset=us-ascii',
  'TYPE;charset="iso-8859-1"',
  'TYPE; CharSet=Latin1',
  'TYPE; charset="lat\\in1"',
  'TYPE; charset=utf-8; charset=latin1',
  'TYPE; charset=latin1; charset=utf-8',
  'TYPE; charset="',
  'TYPE; charset="utf-8',
  'TYPE; charset=utf-8"',
  'TYPE; charset=',
  'TYPE; charset=""',
  'TYPE; charset',
  'TYPE; charset =utf-8',
  "TYPE; charset='utf-8'",
  'TYPE; charset=utf-8 latin1',
  'TYPE, TYPE',
  'TYPE charset=utf-8',
  `TYPE; a="${'x'.repeat(300)}"`,
  `TYPE${';'.repeat(10_000)}"`,
  'application',
  '/json',
  ';charset=utf-8',
];
const TAKEN = [
  'TYPE',
  'TYPE;charset=utf-8',
  'TYPE; charset=UTF-8',
  'TYPE; charset="Utf-8"',
  'TYPE; charset="ut\\f-8"',
  'TYPE ; charset=utf-8 ;',
  'TYPE; charset=utf8',
  'TYPE; a="charset=latin1; b=\\"c"',
];

describe('the content type of a body', () => {
  let server: TestServer;
  let service: Service;
  beforeAll(async () => {
    server = await startTestServer('sqlite');
    service = await Service.of(server);
  });
  afterAll(() => server.remove());

  const graphql = async (type: string, accept: string) => {
    const headers = { 'content-type': type.replaceAll('TYPE', 'application/json'), accept };
    const answer = await fetch(server.url, { method: 'POST', headers, body: QUERY });
    return { status: answer.status, body: await answer.json() };
  };
  const form = (type: string) => ({ 'content-type': type.replaceAll('TYPE', 'application/x-www-form-urlencoded') });
  const expected = expect.stringMatching(/^The Content-Type is not well formed or names another charset\. Expected/);

  test.each(REFUSED)('S55: %j is 415, wherever a body is read', async (type) => {
    const refusal = { errors: [{ message: expected, extensions: { code: 'BAD_REQUEST' } }] };
    // What common clients accept takes the plain road, the other Apollo Server's.
    for (const accept of ['application/json', 'application/json;q=0.5']) {
      expect(await graphql(type, accept)).toEqual({ status: 415, body: refusal });
    }
    for (const path of ['/oauth/introspect', '/oauth/revoke']) {
      const { status, body } = await service.post(path, 'token=a', form(type));
      expect({ status, body }).toEqual({
        status: 415,
        body: { error: 'invalid_request', error_description: expected },
      });
    }
  });

  test.each(TAKEN)('S55: %j is read as UTF-8', async (type) => {
    for (const accept of ['application/json', 'application/json;q=0.5']) {
      expect(await graphql(type, accept)).toEqual({ status: 200, body: { data: { __typename: 'Query' } } });
    }
    expect((await service.post('/oauth/introspect', 'token=a', form(type))).status).toBe(200);
  });

  test.each([
    ['a form, as curl sends it', '415', 'application/x-www-form-urlencoded', QUERY],
    ['GraphQL alone', '415', 'application/graphql', '{ __typename }'],
    ['no JSON', '400', 'application/json', '{"query":'],
    ['nothing', '400', 'application/json', ''],
  ])('%s is refused with what is expected', async (_what, status, type, body) => {
    const answer = await fetch(server.url, { method: 'POST', headers: { 'content-type': type }, body });
    const { errors } = (await answer.json()) as { errors: { message: string }[] };
    expect([String(answer.status), errors[0]?.message]).toEqual([
      status,
      expect.stringMatching(/\. Expected a JSON object with `query`, and the Content-Type application\/json\.$/),
    ]);
  });

  test('S55: counts for the feed and the pages too, and a request without a body needs none', async () => {
    const feed = (headers: Readonly<Record<string, string>>) =>
      fetch(new URL('/revocations', server.url), {
        headers: { authorization: service.authorization ?? '', ...headers },
      });
    expect((await feed({ 'content-type': 'application/json; charset=latin1' })).status).toBe(415);
    expect((await feed({})).status).toBe(200);
    const { access } = await server.signIn();
    expect((await server.client.send(HelloDocument, {}, { token: access })).errors).toEqual([]);
  });
});

describe('a body of a REST address, also in a server of your own', () => {
  const BODY = new TextEncoder().encode('{"username":"\\u001c","password":"\\u0085 \\ufeff"}');
  const read = (type: string) => formIn(type.replaceAll('TYPE', 'application/json'), BODY);

  test.each(REFUSED)('S55: is not read as UTF-8 where its type is %s', async (type) => {
    await expect(read(type)).rejects.toMatchObject({ status: 415 });
  });

  test.each(TAKEN)('S55: is read where its type is %s', async (type) => {
    expect(await read(type)).toHaveProperty('username');
  });

  test('has around it what Python takes for white space', async () => {
    const form = await read('TYPE');
    expect(valuesOf(['password'], form)).toEqual({ password: '\ufeff' });
    expect(() => valuesOf(['username'], form)).toThrow(Refusal); // it is blank
  });
});
