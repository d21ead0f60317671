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

  test.each(REFUSED)('S55: is not read as UTF-8 where its type is %s', (type) => {
    expect(() => read(type)).toThrow(expect.objectContaining({ status: 415 }));
  });

  test.each(TAKEN)('S55: is read where its type is %s', (type) => {
    expect(read(type)).toHaveProperty('username');
  });

  test('has around it what Python takes for white space', () => {
    const form = read('TYPE');
    expect(valuesOf(['password'], form)).toEqual({ password: '\ufeff' });
    expect(() => valuesOf(['username'], form)).toThrow(Refusal); // it is blank
  });

  const multipart = (body: string, type = 'multipart/form-data; boundary=B') =>
    formIn(type, new TextEncoder().encode(body.replaceAll('\n', '\r\n')));
  const field = (name: string, value: string) => `--B\nContent-Disposition: form-data; name="${name}"\n\n${value}\n`;

  // Each of them is what Django reads it as, too.
  test.each([
    ['names without quotes, as .NET writes them', '--B\nContent-Disposition: form-data; name=token\n\nö\n--B--\n'],
    ['no space before a name', '--B\nContent-Disposition: form-data;name="token"\n\nö\n--B--\n'],
    ['text before and after the parts', `hello\n${field('token', 'ö')}--B--\nbye`],
    ['no line end after the last boundary', `${field('token', 'ö')}--B--`],
    ['a field twice, of which the last counts', `${field('token', 'a')}${field('token', 'ö')}--B--\n`],
    ['parts without a name', `--B\nX-Other: 1\n\na\n${field('token', 'ö')}--B\n\nb\n--B--\n`],
    [
      'other headers, in another case',
      '--B\ncontent-type: text/plain; charset=utf-8\ncontent-disposition: form-data; name="token"\n\nö\n--B--\n',
    ],
    ['base64', '--B\nContent-Disposition: form-data; name="token"\nContent-Transfer-Encoding: base64\n\nw7Y=\n--B--\n'],
  ])('in parts with %s', (_what, body) => {
    expect(multipart(body)).toEqual({ token: 'ö' });
    expect(multipart(body, 'multipart/form-data; Boundary="B"; charset=utf-8')).toEqual({ token: 'ö' });
  });

  test('in parts whose last boundary is missing, or whose only part is a file', () => {
    expect(valuesOf(['token'], multipart(field('token', 'ö')))).toEqual({ token: 'ö' });
    const file = multipart('--B\nContent-Disposition: form-data; name="token"; filename="a"\n\nö\n--B--\n');
    expect(() => valuesOf(['token'], file)).toThrow(
      expect.objectContaining({ body: { token: ['Not a valid string.'] } }),
    );
  });

  test('in parts that are none: its fields are missing, or its type is wrong', () => {
    expect(multipart('{"token":"ö"}')).toEqual({});
    expect(() => multipart(field('token', 'ö'), 'multipart/form-data')).toThrow(
      expect.objectContaining({ status: 400 }),
    );
  });
});
