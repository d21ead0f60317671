import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { SecurityEvent } from '../../../src/contracts/hooks.ts';
import { HelloDocument, KeyRotateDocument } from '../../generated/operations.ts';
import { keeperOf } from '../../support/ring.ts';
import { PASSWORD, startTestServer, type TestServer } from '../../support/server.ts';

describe('an admin who rotates the key ring', () => {
  let folder: string;
  let server: TestServer | undefined;
  let events: SecurityEvent[];
  let logged: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'simplejwt-ring-'));
    events = [];
    logged = '';
  });
  afterEach(async () => {
    await server?.remove();
    server = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(more: Readonly<Record<string, string>> = {}): Promise<{ server: TestServer; token: string }> {
    server = await startTestServer('sqlite', {
      env: { JWT_KEYS_DIR: folder, KEY_ADMINISTRATION: 'on', ...more },
      hooks: { onSecurityEvent: (event) => void events.push(event) },
      log: pino({}, { write: (line: string) => void (logged += line) }),
    });
    await server.auth.users.create({ username: 'root', password: PASSWORD, isAdmin: true });
    return { server, token: (await server.client.signIn('root', PASSWORD)).access };
  }

  test('publishes a key that signs after ten minutes, once, and signs nobody out', async () => {
    await keeperOf(folder).generate('ES256');
    const { server: running, token } = await start();
    const { keyRotate: keys } = await running.client.expect(KeyRotateDocument, {}, { token });
    expect(keys.map(({ state, algorithm }) => [state, algorithm])).toEqual([
      ['SIGNING', 'ES256'],
      ['PUBLISHED', 'ES256'],
    ]);
    expect(Date.parse(String(keys[1]?.signsFrom))).toBe(running.clock.read() + 600_000);
    const { errors } = await running.client.send(KeyRotateDocument, {}, { token });
    expect(errors).toMatchObject([{ extensions: { reason: 'invalid_input', field: 'keys' } }]);
    expect((await keeperOf(folder).list()).keys).toHaveLength(2);
    expect((await running.client.send(HelloDocument, {}, { token })).errors).toEqual([]);
    expect(events.filter(({ event }) => event === 'key_rotated')).toMatchObject([
      { actorId: events.find(({ event }) => event === 'key_rotated')?.userId, client: { ipAddress: '127.0.0.1' } },
    ]);
  });

  test('needs a recent sign-in where STEP_UP is on', async () => {
    await keeperOf(folder).generate('HS256');
    const { server: running, token } = await start({ STEP_UP: 'on', JWT_ACCESS_TOKEN_LIFETIME: '1h' });
    running.clock.advance(601);
    const { errors } = await running.client.send(KeyRotateDocument, {}, { token });
    expect(errors).toMatchObject([{ extensions: { reason: 'step_up_required' } }]);
    expect((await keeperOf(folder).list()).keys).toHaveLength(1);
  });

  test('is told that there is no ring to change, and not where it would be', async () => {
    await keeperOf(folder).generate('HS256');
    const { server: running, token } = await start();
    rmSync(folder, { recursive: true });
    const { errors } = await running.client.send(KeyRotateDocument, {}, { token });
    expect(errors).toMatchObject([{ extensions: { reason: 'invalid_input', field: 'keys' } }]);
    expect(errors[0]?.message).toContain('`keys generate`');
    expect(JSON.stringify(errors)).not.toContain(folder);
    expect(logged).toContain(folder);
    expect(events.map(({ event }) => event)).not.toContain('key_rotated');
  });
});
