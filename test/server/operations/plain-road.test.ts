import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isPlain } from '../../../src/server/operations/plain-road.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

const ACCEPTED = [
  undefined,
  '*/*',
  'application/json',
  'application/graphql-response+json',
  'application/graphql-response+json,application/json;q=0.9',
  'application/graphql-response+json, application/json;q=0.9',
  'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed',
];
const MOST_BYTES = 4096;
const BODIES: Readonly<Record<string, unknown>> = {
  'an operation': { query: '{ __typename }' },
  'an operation with a name': { query: 'query A { __typename } query B { a: __typename }', operationName: 'B' },
  'an operation with variables': {
    query: 'query ($show: Boolean!) { __typename @include(if: $show) }',
    variables: { show: true },
  },
  'nulls where nothing is needed': { query: '{ __typename }', variables: null, operationName: null, extensions: null },
  'a variable of a wrong kind': { query: 'query ($a: Int!) { __typename }', variables: { a: 'x' } },
  'a variable that is missing': { query: 'query ($a: Int!) { __typename }' },
  'no name for one of two': { query: 'query A { __typename } query B { __typename }' },
  'a name of none': { query: 'query A { __typename }', operationName: 'C' },
  'no text': { query: '' },
  'no GraphQL': { query: 'query {' },
  'no such field': { query: '{ nothing }' },
  'a subscription': { query: 'subscription { x }' },
  'a guarded field': { query: '{ hello }' },
  'a refusal beside null': { query: 'mutation { tokenVerify(token: "x") { userId } }' },
};

describe('the short way of plain operations', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer('sqlite', { env: { MAX_BODY_BYTES: String(MOST_BYTES) } });
  });
  afterAll(() => server.remove());

  const send = (body: unknown, accept: string | undefined, contentType: string) =>
    sendBytes([Buffer.from(JSON.stringify(body))], accept, { 'content-type': contentType });

  /** As it goes over the wire: fetch would add headers of its own. Each part in a packet of its own. */
  const sendBytes = (parts: readonly Buffer[], accept: string | undefined, more: Readonly<Record<string, string>>) =>
    new Promise<object>((resolve, reject) => {
      const length = parts.reduce((sum, part) => sum + part.length, 0);
      const headers = { 'content-length': length, ...more, ...(accept !== undefined && { accept }) };
      const sent = httpRequest(server.url, { method: 'POST', headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        const { date: _date, ...received } = response.headers;
        response.on('end', () => resolve({ status: response.statusCode, headers: received, text }));
      });
      sent.on('error', reject).setNoDelay(true);
      if ('transfer-encoding' in more) sent.removeHeader('content-length');
      const write = ([part, ...rest]: readonly Buffer[]): unknown =>
        part === undefined ? sent.end() : sent.write(part, () => setImmediate(() => write(rest)));
      write(parts);
    });

  describe.each(Object.entries(BODIES))('%s', (_name, body) => {
    test.each(ACCEPTED)('is answered as by Apollo Server: Accept %s', async (accept) => {
      const answer = await send(body, accept, 'application/json');
      expect(answer).toEqual(await send(body, accept, 'Application/JSON')); // which takes the long way
      expect(await send(body, accept, 'application/json')).toEqual(answer); // the text is known by now
      expect(answer).not.toMatchObject({ status: 500 });
    });
  });

  const OPERATION = '{"query":"{ __typename }"';
  const PLACES = Buffer.from(`${OPERATION},"variables":{"a":"é"}}`);
  const ACCENT = PLACES.indexOf('é') + 1;
  test.each<[string, readonly Buffer[], Readonly<Record<string, string>>?]>([
    ['a body of two packets, with a character in both', [PLACES.subarray(0, ACCENT), PLACES.subarray(ACCENT)]],
    ['bytes that are no UTF-8', [Buffer.from(`${OPERATION},"variables":{"a":"\xe9"}}`, 'latin1')]],
    ['escapes', [Buffer.from(`${OPERATION},"variables":{"a":"\\u00e9"}}`)]],
    ['a prototype', [Buffer.from(`${OPERATION},"__proto__":{"a":1}}`)]],
    ['a prototype in escapes', [Buffer.from(`${OPERATION},"variables":{"\\u005f_proto__":{"a":1}}}`)]],
    ['a prototype in variables', [Buffer.from(`${OPERATION},"variables":{"a":{"__proto__":null}}}`)]],
    ['a constructor', [Buffer.from(`${OPERATION},"constructor":{"prototype":{"a":1}}}`)]],
    ['a constructor of no prototype', [Buffer.from(`${OPERATION},"constructor":1}`)]],
    ['a byte order mark', [Buffer.from(`\ufeff${OPERATION}}`)]],
    ['no JSON', [Buffer.from('{ hello }')]],
    ['half of it', [Buffer.from(OPERATION)]],
    ['a batch', [Buffer.from(`[${OPERATION}}]`)]],
    ['null', [Buffer.from('null')]],
    ['nothing', []],
    ['a body in chunks', [Buffer.from(`${OPERATION}}`)], { 'transfer-encoding': 'chunked' }],
    ['a body that is compressed', [Buffer.from(`${OPERATION}}`)], { 'content-encoding': 'gzip' }],
    ['extensions', [Buffer.from(`${OPERATION},"extensions":{"a":1}}`)]],
    ['a proxy that nobody named', [Buffer.from(`${OPERATION}}`)], { 'x-forwarded-for': '192.0.2.1' }],
    ['the largest body', [Buffer.from(`${OPERATION}}`.padEnd(MOST_BYTES))]],
    ['a body that is too large', [Buffer.from(`${OPERATION}}`.padEnd(MOST_BYTES + 1))]],
  ])('%s is answered as by Fastify and Apollo Server', async (_name, parts, headers = {}) => {
    const answer = await sendBytes(parts, '*/*', { 'content-type': 'application/json', ...headers });
    expect(answer).toEqual(await sendBytes(parts, '*/*', { 'content-type': 'Application/JSON', ...headers }));
  });

  const plain = {
    method: 'POST',
    headers: { host: 'localhost:4000', 'content-type': 'application/json', accept: '*/*' },
    body: { query: '{ hello }' },
  };
  const goesTheShortWay = (changes: object) => isPlain({ ...plain, ...changes });

  test('is that of all known clients', () => {
    for (const accept of ACCEPTED) {
      expect(goesTheShortWay({ headers: { ...plain.headers, accept } })).toBe(true);
    }
    for (const body of Object.values(BODIES)) expect(goesTheShortWay({ body })).toBe(true);
  });

  test.each<[string, object]>([
    ['a GET', { method: 'GET' }],
    ['a content type of a form', { headers: { ...plain.headers, 'content-type': 'text/plain' } }],
    ['no content type', { headers: { ...plain.headers, 'content-type': undefined } }],
    ['a host that is none', { headers: { ...plain.headers, host: 'a b' } }],
    ['a client that accepts something else', { headers: { ...plain.headers, accept: 'text/html' } }],
    ['a batch', { body: [plain.body] }],
    ['no object', { body: null }],
    ['no query', { body: { variables: {} } }],
    ['a query of a wrong kind', { body: { query: 1 } }],
    ['variables as a text', { body: { ...plain.body, variables: '{}' } }],
    ['variables as a list', { body: { ...plain.body, variables: [] } }],
    ['an operation name of a wrong kind', { body: { ...plain.body, operationName: 1 } }],
    ['extensions', { body: { ...plain.body, extensions: {} } }],
  ])('is closed to %s', (_name, changes) => {
    expect(goesTheShortWay({})).toBe(true);
    expect(goesTheShortWay(changes)).toBe(false);
  });
});
