import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MAIL_KINDS } from '../../../src/contracts/store/mail-kinds.ts';
import { deviceOf } from '../../../src/core/mail/device-of.ts';
import { Templates } from '../../../src/core/mail/templates.ts';
import { PLACEHOLDERS, WITH_LINK } from '../../../src/core/mail/texts.ts';
import { allSnippets } from '../../support/snippet-checks.ts';

const VALUES = Object.fromEntries(Array.from(PLACEHOLDERS, (name) => [name, `(${name})`]));
const LINK = 'https://app.example.com/#passwordReset=token';

describe('the texts of mails', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'simplejwt-templates-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (file: string, text: string) => {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), text);
  };

  test.each(MAIL_KINDS)('are there in English, with all places filled in: %s', async (kind) => {
    const { subject, text, html, language } = (await Templates.open(undefined)).write(kind, 'de', VALUES);
    expect(language).toBe('en');
    for (const part of [subject, text, html]) expect(part).not.toMatch(/[{}]|^$|\n{3}|<p><\/p>/);
    expect(text).toMatch(/^Hello \(username\),\n\n/);
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">[^]*<p>Hello \(username\),<\/p>/);
    expect(html.includes('<p><a href="(link)">(link)</a></p>')).toBe(WITH_LINK.has(kind));
  });

  test('are those of the folder, in the nearest language', async () => {
    write('de/password-reset.txt', 'Subject: Neues Passwort für {{username}}\n\nLink: {{link}}\n');
    write('de-AT/password-reset.txt', 'Subject: Servus\r\n\r\n{{link}}\r\n');
    write('en/password-reset.txt', 'Subject: Ours\n{{ link }} {{link}}');
    const templates = await Templates.open(folder);
    const subjectIn = (language: string | null) =>
      templates.write('password_reset', language, { username: 'Zoë', link: LINK }).subject;
    expect(['de', 'de-DE', 'DE', 'de-AT', 'fr', null].map(subjectIn)).toEqual([
      'Neues Passwort für Zoë',
      'Neues Passwort für Zoë',
      'Neues Passwort für Zoë',
      'Servus',
      'Ours',
      'Ours',
    ]);
    expect(templates.write('password_reset', 'de', { link: LINK })).toMatchObject({
      text: `Link: ${LINK}\n`,
      language: 'de',
    });
    expect(templates.write('email_verify', 'de', VALUES).language).toBe('en');
  });

  test('may be that of the documents', async () => {
    const block = allSnippets('docs/recovery.md').find(({ language }) => language === 'text');
    write('de/password-reset.txt', block?.code ?? '');
    const { subject, text } = (await Templates.open(folder)).write('password_reset', 'de', VALUES);
    expect(subject).toBe('Neues Passwort');
    expect(text).toMatch(/^Hallo \(username\),\n\n.*\n\n\(link\)\n\nDer Link gilt \(minutes\) Minuten\.\n$/);
  });

  test('have HTML of their own where there is a file of it', async () => {
    write('en/password-reset.txt', 'Subject: A\n\n{{link}}');
    write('en/password-reset.html', '<b>{{username}}</b> <a href="{{link}}">here</a>');
    const { html } = (await Templates.open(folder)).write('password_reset', null, { username: '<i>"&\'', link: LINK });
    expect(html).toBe(`<b>&lt;i&gt;&quot;&amp;&#39;</b> <a href="${LINK}">here</a>`);
  });

  test('let no value end a line, close an element or turn the text round', async () => {
    const templates = await Templates.open(undefined);
    const odd = 'a\r\nBcc: x@example.com\n\n</p><script>\u202e\u2028\0';
    const { subject, text, html } = templates.write('invitation', null, { ...VALUES, service: odd, username: odd });
    expect(subject).toBe('Your account at aBcc: x@example.com</p><script>');
    expect(text.split('\n').filter((line) => line.startsWith('Bcc'))).toEqual([]);
    expect(html).not.toContain('<script>');
  });

  test.each([
    [
      'de/password-reset.txt',
      'Hallo',
      'de/password-reset.txt: expected a first line such as "Subject: Choose a new password".',
    ],
    ...['password-reset', 'email-verify', 'invitation'].map(
      (name) =>
        [
          `de/${name}.txt`,
          'Subject: A\n\nno link',
          `de/${name}.txt: has no {{link}}, without which the mail is of no use.`,
        ] as const,
    ),
    [
      'de/password-reset.txt',
      'Subject: A\n\n{{link}} {{lnik}}',
      'de/password-reset.txt: got {{lnik}}, expected {{username}}, ',
    ],
    ['de/pasword-reset.txt', 'Subject: A', 'de/pasword-reset.txt is not the name of a mail; expected a .txt'],
    ['de/password-reset.html', '{{link}}', 'de/password-reset.html is not the name of a mail; expected a .txt'],
  ])('are refused where something is wrong: %s %j', async (file, text, problem) => {
    write(file, text);
    await expect(Templates.open(folder)).rejects.toThrow(`MAIL_TEMPLATES: ${problem}`);
  });

  test('are refused where there is no such folder', async () => {
    await expect(Templates.open(join(folder, 'none'))).rejects.toThrow(
      /^MAIL_TEMPLATES: cannot read the folder \S+: ENOENT/,
    );
  });
});

test.each([
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36',
    'Chrome on Linux',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/604.1',
    'Safari on iPhone',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0',
    'Edge on Windows',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 OPR/112.0',
    'Opera on macOS',
  ],
  ['Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36', 'Chrome on ChromeOS'],
  ['Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0', 'Firefox on Android'],
  ['Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 FxiOS/127.0 Safari/605.1', 'Firefox on iPad'],
  ['okhttp/4.12.0', 'okhttp'],
  ['node', 'node'],
  ['Call 555-1234 now! https://evil.example', 'an unknown program'],
  [null, 'an unknown program'],
])('a device is named by its family and never by the words of a client: %s', (userAgent, name) => {
  expect(deviceOf(userAgent)).toBe(name);
});
