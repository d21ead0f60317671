import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { HelloDocument, TokenObtainPairDocument, TokenRefreshDocument } from '../generated/operations.ts';
import { Client } from '../support/client.ts';
import { newPlace } from '../support/stores.ts';

const root = join(import.meta.dirname, '..', '..');

describe('examples/own-server', () => {
  const place = newPlace('sqlite');
  let server: ChildProcess;
  let client: Client;
  beforeAll(async () => {
    const compiled = spawnSync('npx', ['tsc', '-p', 'examples/own-server'], { cwd: root, encoding: 'utf8' });
    if (compiled.status !== 0) throw new Error(compiled.stdout);
    server = spawn(process.execPath, ['examples/own-server/dist/server.js'], {
      cwd: root,
      env: { PATH: process.env['PATH'], PORT: '0', ...place.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const url = await new Promise<string>((resolve, reject) => {
      server.once('exit', (code) => reject(new Error(`the example exited with ${code}`)));
      server.stdout?.on('data', (chunk: Buffer) => resolve(/listening (\S+)/.exec(chunk.toString())?.[1] ?? ''));
    });
    client = new Client(url);
  });
  afterAll(async () => {
    server.removeAllListeners('exit').kill();
    await place.remove();
  });

  test('serves our operations and its own, and guards both', async () => {
    const open = await client.sendRaw({ query: '{ motd }' });
    expect(open.data).toEqual({ motd: 'Everybody may read this.' });
    const refused = await client.sendRaw({ query: '{ notes }' });
    expect(refused.errors[0]?.extensions['reason']).toBe('not_authenticated');

    const credentials = { username: 'erin', password: 'wonderland123!' };
    const { tokenObtainPair } = await client.expect(TokenObtainPairDocument, credentials);
    const { tokenRefresh } = await client.expect(TokenRefreshDocument, { refresh: tokenObtainPair.refresh });
    const token = tokenRefresh.access;
    expect(await client.expect(HelloDocument, {}, { token })).toEqual({ hello: 'Hello, erin!' });
    const added = await client.sendRaw({ query: 'mutation { addNote(text: "milk") }' }, { token });
    expect(added.data).toEqual({ addNote: ['milk'] });
    const notes = await client.sendRaw({ query: '{ notes }' }, { token });
    expect(notes.data).toEqual({ notes: ['milk'] });
  });
});
