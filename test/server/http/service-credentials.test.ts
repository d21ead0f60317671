import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { basic, Service } from '../../support/service.ts';
import { describeEachStore } from '../../support/stores.ts';

const INTROSPECT = '/oauth/introspect';
const ENDPOINTS = [
  ['POST', INTROSPECT],
  ['POST', '/oauth/revoke'],
  ['GET', '/revocations'],
] as const;
const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');

describeEachStore('the endpoints for services', (kind) => {
  let server: TestServer;
  let service: Service;
  let secret: string;
  beforeAll(async () => {
    server = await startTestServer(kind, { env: { THROTTLE_ADDRESS_FAILURES: '1000' } });
    service = await Service.of(server, 'a-1_b.c');
    ({ secret } = await server.auth.services.create('orders'));
  });
  afterAll(() => server.remove());
  const ask = (authorization: string | undefined) => new Service(server.url, authorization).introspect('abc');

  test.each(ENDPOINTS)('refuse without credentials: %s %s', async (method, path) => {
    const { access } = await server.signIn();
    const request = method === 'POST' ? { method, body: new URLSearchParams({ token: access }) } : { method };
    for (const headers of [{}, { authorization: `Bearer ${access}` }]) {
      const response = await fetch(new URL(path, server.url), { ...request, headers });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Basic realm="services", charset="UTF-8"');
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(await response.json()).toEqual({
        error: 'invalid_client',
        error_description:
          'Expected the name and the secret of a service, as HTTP Basic, as `services create` printed them.',
      });
    }
  });

  test('take them as curl writes them, and form-encoded as RFC 6749 has it', async () => {
    const encoded = Array.from(secret, (char) => `%${char.charCodeAt(0).toString(16)}`).join('');
    const { name, secret: other } = await server.auth.services.create('b-2_c.d');
    const accepted = [
      basic('orders', secret),
      basic('%6frders', encoded),
      `basic ${base64(`orders:${secret}`)}`,
      `BASIC   ${base64(`orders:${secret}`)}`,
      basic(name, other),
      basic('b%2D2%5Fc%2Ed', other),
      service.authorization,
    ];
    for (const authorization of accepted) {
      expect({ authorization, status: (await ask(authorization)).status }).toEqual({ authorization, status: 200 });
    }
  });

  test('refuse whatever else is in the header', async () => {
    const right = `orders:${secret}`;
    const hostile = [
      '',
      'Basic',
      'Basic ',
      'Basic =',
      'Basic ====',
      `Basic${base64(right)}`,
      `Basic ${right}`,
      `Basic ${base64(right)} x`,
      `Basic ${base64(right)}, Basic ${base64(right)}`,
      `Basic "${base64(right)}"`,
      `Digest ${base64(right)}`,
      `Bearer ${base64(right)}`,
      base64(right),
      `Basic ${base64(':')}`,
      `Basic ${base64('orders')}`,
      `Basic ${base64('orders:')}`,
      `Basic ${base64(`:${secret}`)}`,
      `Basic ${base64(` ${right}`)}`,
      `Basic ${base64(`${right} `)}`,
      `Basic ${base64(`${right}\n`)}`,
      `Basic ${base64(`${right}\0`)}`,
      `Basic ${base64(`\ufeff${right}`)}`,
      `Basic ${base64(`${right}:`)}`,
      `Basic ${base64(`orders::${secret}`)}`,
      `Basic ${base64(`Orders:${secret}`)}`,
      `Basic ${base64(`ORDERS:${secret}`)}`,
      `Basic ${base64(`orders:${secret.slice(0, -1)}`)}`,
      `Basic ${base64(`orders:${secret}A`)}`,
      `Basic ${base64(`orders:${secret.toUpperCase()}`)}`,
      `Basic ${base64(`orders:%`)}`,
      `Basic ${base64(`orders:%zz`)}`,
      `Basic ${base64(`orders:%ff`)}`,
      `Basic ${base64(`%:${secret}`)}`,
      `Basic ${base64(`%00:${secret}`)}`,
      `Basic ${base64(`{"$ne":null}:${secret}`)}`,
      `Basic ${base64(`$ne:${secret}`)}`,
      `Basic ${base64(`__proto__:${secret}`)}`,
      `Basic ${base64(`constructor:${secret}`)}`,
      `Basic ${base64(`a-1_b.c:${secret}`)}`,
      `Basic ${base64(`' OR 1=1 --:${secret}`)}`,
      `Basic ${base64(Buffer.from([0xff, 0xfe, 0x3a, 0xff]))}`,
      `Basic ${base64(`orders:${'x'.repeat(700)}`)}`,
      `Basic ${base64(`${'x'.repeat(5000)}:${secret}`)}`,
      `Basic ${'='.repeat(5000)}`,
      `Basic ${'A'.repeat(8000)}!`,
    ];
    for (const authorization of hostile) {
      const { status, body } = await ask(authorization);
      expect({ authorization, status, body }).toMatchObject({ authorization, status: 401 });
    }
    expect((await ask(basic('orders', secret))).status).toBe(200);
  });

  test('refuse a service from the moment it is deleted, and its former secret when it is made again', async () => {
    const former = (await server.auth.services.create('stock')).secret;
    expect((await ask(basic('stock', former))).status).toBe(200);
    await server.auth.services.delete('stock');
    expect((await ask(basic('stock', former))).status).toBe(401);
    const { secret: next } = await server.auth.services.create('stock');
    expect((await ask(basic('stock', former))).status).toBe(401);
    expect((await ask(basic('stock', next))).status).toBe(200);
  });

  test('answer what is no form with a token as RFC 6749 has it', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const json = { 'content-type': 'application/json' };
    const cases = [
      [400, '', form],
      [400, 'token=', form],
      [400, 'token_type_hint=access_token', form],
      [400, 'token=a&token=b', form],
      [400, 'Token=a', form],
      [415, 'token=a', { 'content-type': 'text/plain' }],
      [415, '{"token":"a"}', json],
      [415, 'token=a', { 'content-type': 'multipart/form-data; boundary=a' }],
      [413, `token=${'a'.repeat(17_000)}`, form],
    ] as const;
    for (const [expected, body, headers] of cases) {
      for (const path of [INTROSPECT, '/oauth/revoke']) {
        const answer = await service.post(path, body, headers);
        expect({ body, status: answer.status, answer: answer.body }).toEqual({
          body,
          status: expected,
          answer: { error: 'invalid_request', error_description: expect.stringMatching(/[Ee]xpected/) },
        });
        expect(answer.headers.get('cache-control')).toBe('no-store');
      }
    }
    const charset = { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' };
    const fine = await service.post(INTROSPECT, 'token=a&token_type_hint=x&token=&more=1', charset);
    expect({ status: fine.status, body: fine.body }).toEqual({ status: 200, body: { active: false } });
  });

  test('read no body of somebody they do not know', async () => {
    const stranger = new Service(server.url, basic('orders', 'wrong'));
    expect((await stranger.post(INTROSPECT, 'a'.repeat(50_000))).status).toBe(401);
  });
});

describe('wrong credentials of services', () => {
  test('make their address wait, and no service beside it', async () => {
    const server = await startTestServer('sqlite', { env: { THROTTLE_ADDRESS_FAILURES: '3' } });
    try {
      const service = await Service.of(server);
      const guesses = ['a', 'b', 'c', 'd', 'e'].map((secret) => new Service(server.url, basic('orders', secret)));
      const statuses: number[] = [];
      for (const guess of guesses) statuses.push((await guess.introspect('abc')).status);
      expect(statuses).toEqual([401, 401, 401, 429, 429]);
      const refused = await guesses[0]?.introspect('abc');
      expect(refused?.headers.get('retry-after')).toBe('1');
      expect(refused?.body).toEqual({
        error: 'throttled',
        error_description: 'Too many attempts. Wait 1 second, then try again.',
      });
      const many = await Promise.all(Array.from({ length: 20 }, () => service.introspect('abc')));
      expect(many.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
      server.clock.advance(1);
      expect((await guesses[0]?.introspect('abc'))?.status).toBe(401);
    } finally {
      await server.remove();
    }
  });
});
