import { request as httpRequest } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { TokenObtainPairDocument } from '../generated/operations.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';

const FREE = 10;

describe('the address of a client', () => {
  let server: TestServer;
  let checked = 0;
  afterEach(() => server.remove());
  const start = async (env: Readonly<Record<string, string>>) => {
    checked = 0;
    const onLoginFailed = () => {
      checked += 1;
    };
    server = await startTestServer('sqlite', { env, hooks: { onLoginFailed } });
  };
  const signIn = (password: string, headers: Readonly<Record<string, string>>) =>
    server.client.send(TokenObtainPairDocument, { username: 'alice', password }, { headers });
  /** How many of forty wrong passwords were checked, the headers of each made from its number. */
  const checkedOfForty = async (headersOf: (index: number) => Readonly<Record<string, string>>) => {
    const before = checked;
    for (let index = 0; index < 40; index += 1) await signIn('wrong', headersOf(index));
    return checked - before;
  };
  /** What a session is noted to come from. */
  const notedOf = async (headers: Readonly<Record<string, string>>) => {
    server.clock.advance(1); // the newest is the first
    expect((await signIn(PASSWORD, headers)).errors).toEqual([]);
    return (await server.auth.sessions.list(server.alice.id))[0]?.ipAddress;
  };
  const forwarded = (value: string) => ({ 'x-forwarded-for': value });

  test.each([
    ['a port', (index: number) => `198.51.100.7:${10_000 + index}`],
    ['a port and quotes', (index: number) => `"198.51.100.7:${10_000 + index}"`],
    ['brackets and a port', (index: number) => `[2001:db8::1]:${10_000 + index}`],
    ['a zone', (index: number) => `2001:db8::1%eth${index}`],
    ['another spelling', (index: number) => `2001:DB8:${index % 2 === 0 ? '0:0' : '0'}::1`],
    ['a port, before a trusted hop with one', (index: number) => `198.51.100.7:${10_000 + index}, 127.0.0.2:${index}`],
    ['what the client wrote before it', (index: number) => `203.0.113.${index}, 198.51.100.7:80, "[::1]:443"`],
    ['what is no address', (index: number) => `x${index}`],
    ['what is no address, before a trusted hop', (index: number) => `203.0.113.1, unknown${index}, 127.0.0.2`],
  ])('S47: is not another one for %s', async (_what, valueOf) => {
    await start({ TRUST_PROXY: 'loopback' });
    expect(await checkedOfForty((index) => forwarded(valueOf(index)))).toBe(FREE);
  });

  test('S47: is noted in its one spelling, and what is no address is not noted', async () => {
    await start({ TRUST_PROXY: 'loopback' });
    expect(await notedOf(forwarded('198.51.100.7:10000'))).toBe('198.51.100.7');
    expect(await notedOf(forwarded('[2001:DB8::1]:443'))).toBe('2001:db8::1');
    expect(await notedOf(forwarded('"::ffff:203.0.113.9"'))).toBe('203.0.113.9');
    expect(await notedOf(forwarded('203.0.113.9, , '))).toBe('203.0.113.9');
    expect(await notedOf(forwarded('x'.repeat(4000)))).toBeNull();
    expect(await notedOf(forwarded('203.0.113.9, unknown'))).toBeNull();
    expect(await notedOf(forwarded(', ,'))).toBe('127.0.0.1');
    expect(await notedOf({})).toBe('127.0.0.1');
  });

  test('S37 S47: is in the header that a setting names, and in no other', async () => {
    await start({ TRUST_PROXY: 'loopback', CLIENT_ADDRESS_HEADER: 'CF-Connecting-IP' });
    const connecting = (value: string) => ({ ...forwarded('203.0.113.1'), 'cf-connecting-ip': value });
    expect(await notedOf(connecting('198.51.100.7:80'))).toBe('198.51.100.7');
    expect(await notedOf(connecting('nobody'))).toBeNull();
    expect(await notedOf(forwarded('203.0.113.1'))).toBe('127.0.0.1');
    expect(
      await checkedOfForty((index) => ({ ...connecting('198.51.100.7'), ...forwarded(`203.0.113.${index}`) })),
    ).toBe(FREE);
  });

  test('S47: of two such headers the one that was added last counts', async () => {
    await start({ TRUST_PROXY: 'loopback', CLIENT_ADDRESS_HEADER: 'X-Real-IP' });
    const { host } = new URL(server.url);
    await new Promise<void>((resolve, reject) => {
      const headers = [
        'host',
        host,
        'content-type',
        'application/json',
        'x-real-ip',
        '203.0.113.1',
        'x-real-ip',
        '198.51.100.7',
      ];
      const sent = httpRequest(server.url, { method: 'POST', headers }, (response) =>
        response.resume().on('end', resolve),
      );
      sent.on('error', reject);
      const query = `mutation { tokenObtainPair(username: "alice", password: "${PASSWORD}") { access } }`;
      sent.end(JSON.stringify({ query }));
    });
    expect((await server.auth.sessions.list(server.alice.id))[0]?.ipAddress).toBe('198.51.100.7');
  });

  test('S37: is that of the connection, whatever such headers say, where it comes from no named proxy', async () => {
    await start({ TRUST_PROXY: '10.0.0.0/8', CLIENT_ADDRESS_HEADER: 'CF-Connecting-IP' });
    expect(await notedOf({ 'cf-connecting-ip': '198.51.100.7' })).toBe('127.0.0.1');
    expect(await checkedOfForty((index) => ({ 'cf-connecting-ip': `198.51.100.${index}` }))).toBe(FREE);
  });
});
