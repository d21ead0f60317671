import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { runCommand } from '../support/command.ts';
import { TEST_ENV } from '../support/process.ts';
import { TEST_KEY } from '../support/server.ts';
import { newPlace } from '../support/stores.ts';

const ROOT = join(import.meta.dirname, '../..');

describe('the command line, for settings', () => {
  const place = newPlace('sqlite');
  afterAll(() => place.remove());

  const URI = 'mongodb://admin:geheim@db.example/auth';
  const env = { ...TEST_ENV, ...place.env, JWT_ACCESS_TOKEN_LIFETIME: 'PT15M', MONGODB_URI: URI };
  const show = (extra: Readonly<Record<string, string>>, ...flags: string[]) =>
    runCommand(['settings', 'show', ...flags], { env: { ...env, ...extra } });

  test('shows every setting in force with its meaning as JSON: durations in seconds, no secrets', async () => {
    const { code, stdout, stderr } = await show({ JWT_AUDIENCE: 'web,phone' }, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const settings = JSON.parse(stdout) as { name: string; value: unknown; meaning: string }[];
    const documented = readFileSync(join(ROOT, 'docs/settings.md'), 'utf8');
    for (const { name, meaning } of settings) {
      expect(documented).toContain(`\`${name}\``);
      expect(meaning).not.toBe('');
    }
    expect(Object.fromEntries(settings.map(({ name, value }) => [name, value]))).toMatchObject({
      JWT_ACCESS_TOKEN_LIFETIME: 900,
      JWT_REFRESH_TOKEN_LIFETIME: 86_400,
      JWT_ROTATE_REFRESH_TOKENS: true,
      JWT_ALGORITHM: 'HS256',
      JWT_SIGNING_KEY: '********',
      JWT_AUDIENCE: 'web,phone',
      JWT_ISSUER: null,
      MONGODB_URI: '********',
      NODE_ENV: 'test',
      PORT: 4000,
    });
    expect(stdout).not.toContain(TEST_KEY);
    expect(stdout).not.toContain('geheim');
  });

  test('shows them as a table', async () => {
    const { code, stdout, stderr } = await show({});
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [header, ...rows] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    expect(header).toEqual(['name', 'value', 'from', 'meaning']);
    const lives = 'How long an access token is valid.';
    expect(rows).toContainEqual(['JWT_ACCESS_TOKEN_LIFETIME', 'PT15M', 'environment', lives]);
    const idle = rows.find(([name]) => name === 'JWT_REFRESH_TOKEN_LIFETIME');
    expect(idle?.slice(1, 3)).toEqual(['1d', 'default']);
    expect(rows.map((row) => row.length)).toEqual(rows.map(() => 4));
    expect(rows.find(([name]) => name === 'JWT_ISSUER')?.slice(1, 3)).toEqual(['-', 'default']);
    expect(rows.find(([name]) => name === 'JWT_SIGNING_KEY')?.slice(1, 3)).toEqual(['********', 'environment']);
    expect(stdout).not.toContain(TEST_KEY);
    expect(stdout).not.toContain('geheim');
  });

  test.each([
    [
      'https://app.example.com/',
      'got "https://app.example.com/", expected https://app.example.com, without the slash at the end.',
    ],
    [
      'https://App.example.com',
      /^CORS_ORIGINS: got "https:\/\/App\.example\.com", expected https:\/\/app\.example\.com: an origin is/,
    ],
    ['https://a.example/app', /expected https:\/\/a\.example: an origin is a scheme/],
    ['https://a.example:443', /expected https:\/\/a\.example: .* port that is not the default/],
    ['app.example.com', /expected origins separated by commas/],
  ])('says in a line of its own how the origin %s is spelt', async (origin, line) => {
    const { code, stderr } = await show({ CORS_ORIGINS: `https://b.example,${origin}` });
    expect({ code, lines: stderr.trimEnd().split('\n').length }).toEqual({ code: 1, lines: 1 });
    expect(stderr).toMatch(line);
  });

  test('refuses bad settings with a line for each, in every command, and never shows a secret', async () => {
    const bad = { PORT: '80000', JWT_REUSE_GRACE: '1h', MONGODB_URI: 'postgres://admin:geheim@db.example' };
    const results = await Promise.all([
      show(bad),
      runCommand(['users', 'list'], { env: { ...env, ...bad } }),
      runCommand(['start'], { env: { ...env, ...bad } }),
    ]);
    for (const { code, stdout, stderr } of results) {
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      const lines = stderr.trimEnd().split('\n');
      expect(lines).toEqual([
        'JWT_REUSE_GRACE: got "1h", expected a duration from 0s to 300s, such as 90, 5m, 12h, 1d or PT5M.',
        'MONGODB_URI: got a value that is not shown, expected a mongodb:// or mongodb+srv:// URI.',
        'PORT: got "80000", expected a whole number from 0 to 65535.',
      ]);
    }
  });

  test('refuses an unknown setting, one that is a function, and a combination that does nothing', async () => {
    const results = await Promise.all([
      show({ JWT_ACESS_TOKEN_LIFETIME: '5m' }),
      show({ JWT_ON_LOGIN_SUCCESS: 'notify' }),
      show({ JWT_ACCESS_TOKEN_LIFETIME: '2d', JWT_REFRESH_TOKEN_LIFETIME: '1d' }),
    ]);
    expect(results.map(({ code, stdout }) => ({ code, stdout }))).toEqual(results.map(() => ({ code: 1, stdout: '' })));
    const [unknown = '', hook = '', useless = ''] = results.map(({ stderr }) => stderr);
    expect(unknown).toMatch(/^JWT_ACESS_TOKEN_LIFETIME: unknown setting.*\n$/);
    expect(hook).toMatch(/^JWT_ON_LOGIN_SUCCESS: is a function.*onLoginSuccess.*\n$/);
    expect(useless).toMatch(
      /^JWT_ACCESS_TOKEN_LIFETIME: got 172800 seconds, expected at most JWT_REFRESH_TOKEN_LIFETIME.*\n$/,
    );
  });

  test('says what it can do, and its version', async () => {
    const [nothing, help, version, typo] = await Promise.all([
      runCommand([]),
      runCommand(['--help']),
      runCommand(['--version']),
      runCommand(['users', 'lits']),
    ]);
    for (const command of ['start', 'settings', 'users', 'sessions', 'tokens']) {
      expect(help.stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    }
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(nothing).toEqual({ code: 1, stdout: '', stderr: help.stdout });
    const { version: packaged } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(version).toEqual({ code: 0, stdout: `${packaged}\n`, stderr: '' });
    expect(typo).toMatchObject({ code: 1, stdout: '' });
    expect(typo.stderr).toMatch(/^error: unknown command 'lits'\n\(Did you mean list\?\)\n/);
  });
});
