import { pbkdf2Sync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TokenObtainPairDocument } from '../generated/operations.ts';
import { PASSWORD } from '../support/server.ts';
import { setStage, type Stage } from '../support/stage.ts';
import { describeEachStore } from '../support/stores.ts';

const digest = (length: number) => pbkdf2Sync(PASSWORD, 'salt', 1, length, 'sha256').toString('base64');
const HASH = `pbkdf2_sha256$1$salt$${digest(32)}`;
const SCRYPT =
  'scrypt$4$saltsaltsalt$8$3$uhwe0DsIq6orxYfuNRu/QNX4jyRL3bIBM8Jl8x8tpEayUBkGz2Ufl/COV1J/kNu4k7OJt+ToyuujBeIywRtkbg==';
const ARGON2 =
  'argon2$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdHNhbHQxMg$TJKoHZIc6MU++VKvMc7z7dt7X7PVma/GZPmDCL8kC6Q';
/** 72 bytes, and Django's hash of them. */
const LONG = `${'0123456789'.repeat(7)}ab`;
const BCRYPT = 'bcrypt$$2b$04$yH8RF4ndEPwamU07JOd9NuZHDOpiHfG71GZnTYqZn/wKKcbbeBcSS';

const user = (pk: number, fields: object = {}) => ({
  model: 'auth.user',
  pk,
  fields: { password: HASH, username: `name${pk}`, is_active: true, date_joined: null, ...fields },
});

describeEachStore('rows that a real dump has', (kind) => {
  const folder = mkdtempSync(join(tmpdir(), 'rows-'));
  let stage: Stage;
  let pk = 1000;
  beforeAll(async () => {
    stage = await setStage(kind);
  });
  afterAll(async () => {
    await stage.remove();
    rmSync(folder, { recursive: true });
  });

  const importing = (content: string | Buffer, ...flags: string[]) => {
    const file = join(folder, 'dump');
    writeFileSync(file, content);
    return stage.cli(['users', 'import', file, '--json', ...flags]);
  };
  const taking = async (content: string | Buffer, ...flags: string[]) => {
    const { code, stdout, stderr } = await importing(content, ...flags);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  const signIn = async (username: string, password = PASSWORD) => {
    const { data, errors } = await stage.client.send(TokenObtainPairDocument, { username, password });
    return data?.tokenObtainPair.access ?? errors[0]?.extensions['reason'];
  };

  test.each([
    ['a digest of one byte', `pbkdf2_sha256$1$salt$AA==`],
    ['no digest', `pbkdf2_sha256$1$salt$`],
    ...[1, 20, 31, 33, 64].map((length) => [`a digest of ${length} bytes`, `pbkdf2_sha256$1$salt$${digest(length)}`]),
    ['base64 that is not padded', HASH.replace(/=$/, '')],
    [
      'base64 with bits that say nothing',
      HASH.replace(/.=$/, (end) => `${String.fromCharCode(end.charCodeAt(0) + 1)}=`),
    ],
    ['an argon2 digest that is cut', ARGON2.slice(0, -4)],
    ['an argon2 digest with bits that say nothing', ARGON2.replace(/Q$/, 'R')],
    ['a cost of scrypt that its block size does not allow', SCRYPT.replace('$4$', '$65536$').replace('$8$3$', '$1$1$')],
  ])('with %s lets nobody in, says so at the import, and is no fault of the server at sign-in', async (name, hash) => {
    const username = name.replaceAll(/\W/g, '_');
    const { code, stdout, stderr } = await importing(JSON.stringify([user(++pk, { username, password: hash })]));
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Row 1, pk "\d+": was imported, but its password hash is of an unsupported kind; /);
    expect(JSON.parse(stdout)).toMatchObject({ imported: 1, withoutPassword: 1 });
    expect(await signIn(username)).toBe('no_active_account');
    expect(await signIn(username, 'another password')).toBe('no_active_account');
  });

  test('has hashes of scrypt and argon2 by Django 5.2, which let in with the old password', async () => {
    const rows = [user(101, { password: SCRYPT }), user(102, { password: ARGON2 })];
    expect(await taking(JSON.stringify(rows))).toMatchObject({ imported: 2, withoutPassword: 0 });
    for (const name of ['name101', 'name102']) {
      expect(await signIn(name, `${PASSWORD}!`)).toBe('no_active_account');
      expect(await signIn(name)).toMatch(/^ey/);
    }
  });

  test('has a plain bcrypt hash of 72 bytes, which takes no 73rd and so never keeps its owner out', async () => {
    await taking(JSON.stringify([user(110, { password: BCRYPT })]));
    expect(await signIn('name110', `${LONG}c`)).toBe('no_active_account');
    expect(await signIn('name110', LONG)).toMatch(/^ey/);
    expect(await signIn('name110', `${LONG}c`)).toBe('no_active_account'); // nor does the hash that it has now
    expect(await signIn('name110', LONG)).toMatch(/^ey/);
  });

  test('has addresses and letters outside the basic plane as names', async () => {
    const names = ["o'brien@example.com", '"a@b"@example.com', 'a`b|c@example.com', '\u{20000}'.repeat(76)];
    const rows = names.map((username, index) => user(120 + index, { username }));
    expect(await taking(JSON.stringify(rows))).toMatchObject({ imported: names.length });
    for (const name of names) expect(await signIn(name)).toMatch(/^ey/);
    expect(await stage.auth.users.findByUsername("O'Brien@Example.com")).toMatchObject({ id: '120' });
  });

  test.each([
    ['json', (rows: object[]) => `\uFEFF${JSON.stringify(rows)}`, 130],
    ['jsonl', (rows: object[]) => `\uFEFF${rows.map((row) => JSON.stringify(row)).join('\r\n')}\n`, 140],
  ])('begins with a byte order mark, and holds U+2028 and U+2029 as they are: %s', async (format, write, pk) => {
    const text = write([user(pk, { first_name: 'A\u2028B\u2029C\u0085D' }), user(pk + 1)]);
    expect(text).toContain('A\u2028B\u2029C');
    expect(await taking(text, '--format', format)).toMatchObject({ rows: 2, imported: 2, leftOut: { first_name: 1 } });
    expect(await signIn(`name${pk}`)).toMatch(/^ey/);
  });

  test.each(['json', 'jsonl'])(
    'is in another encoding, which is said, and no name is taken wrongly: %s',
    async (format) => {
      const latin = Buffer.from(JSON.stringify(user(150, { username: 'josé' })), 'latin1');
      const utf16 = Buffer.from(`\uFEFF${JSON.stringify(user(150))}`, 'utf16le');
      for (const content of [latin, utf16, Buffer.from([0x5b, 0xc3])]) {
        const { code, stdout, stderr } = await importing(content, '--format', format);
        expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
        expect(stderr).toMatch(/^The dump is not in UTF-8\. .* dump with `-o FILE`\.\n$/);
      }
      expect(await stage.auth.users.find('150')).toBeNull();
    },
  );

  test.each(['1f8b0800', '425a6839', 'fd377a585a00', '5d000080'])('is compressed, which is said: %s', async (magic) => {
    for (const format of ['json', 'jsonl']) {
      const { code, stderr } = await importing(Buffer.from(`${magic}00ff`, 'hex'), '--format', format);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^The dump is compressed, .*gunzip/)]);
    }
  });

  test('says of each field what it leaves out, and of nothing that has nothing in it', async () => {
    const empty = {
      email: '',
      first_name: '',
      is_staff: false,
      groups: [],
      user_permissions: [],
      phone: null,
      data: {},
    };
    const full = {
      email: 'a@example.com',
      last_name: 'Liddell',
      is_staff: true,
      groups: [1],
      phone: 0,
      data: { a: 1 },
    };
    const rows = [
      user(160, empty),
      user(161, full),
      user(162, { ...full, groups: [['staff']] }),
      user(163, { email: 5 }),
    ];
    expect(await taking(JSON.stringify(rows))).toMatchObject({
      leftOut: { email: 3, last_name: 2, is_staff: 2, groups: 2, phone: 2, data: 2 },
    });
    expect((await stage.cli(['users', 'import', '-'], JSON.stringify(rows))).stdout).toContain(
      '\nleftOut: email (3), last_name (2), is_staff (2), groups (2), phone (2), data (2)\n',
    );
    expect((await stage.cli(['users', 'import', '-'], '[]')).stdout).toContain('\nleftOut: nothing\n');
  });

  test.each([
    [undefined, '2025-07-02T03:04:05.678', '2025-07-02T03:04:05.678Z'],
    ['Europe/Berlin', '2025-07-02T03:04:05.678', '2025-07-02T01:04:05.678Z'],
    ['Europe/Berlin', '2025-01-02T03:04:05', '2025-01-02T02:04:05.000Z'],
    ['Europe/Berlin', '2025-03-30T01:59:59', '2025-03-30T00:59:59.000Z'], // the last second of winter
    ['Europe/Berlin', '2025-03-30T03:00:00', '2025-03-30T01:00:00.000Z'], // the first of summer
    ['America/New_York', '2025-03-09T03:00:00', '2025-03-09T07:00:00.000Z'],
    ['America/New_York', '2024-12-31T23:30:00', '2025-01-01T04:30:00.000Z'],
    ['Asia/Kolkata', '2025-01-02T03:04:05+02:00', '2025-01-02T01:04:05.000Z'],
  ])('has moments without a zone (%s): %s', async (zone, written, moment) => {
    const flags = zone === undefined ? [] : ['--time-zone', zone];
    const row = user(170, { date_joined: written, last_login: written });
    await taking(JSON.stringify([row]), ...flags);
    const expected = { createdAt: new Date(moment), lastLogin: new Date(moment) };
    expect(await stage.auth.users.find('170')).toMatchObject(expected);
    await stage.auth.users.delete('170');
  });

  test('has a day in place of a moment, which begins in the zone of the project', async () => {
    await taking(JSON.stringify([user(171, { date_joined: '2025-07-02' })]), '--time-zone', 'Europe/Berlin');
    expect(await stage.auth.users.find('171')).toMatchObject({ createdAt: new Date('2025-07-01T22:00:00Z') });
    const { code, stderr } = await importing(JSON.stringify([user(172, { date_joined: '2025-02-30' })]));
    expect([code, stderr]).toEqual([1, expect.stringContaining('date_joined: expected a moment such as')]);
  });

  test('has names that are numbers, or the primary keys', async () => {
    const rows = [user(491701234567), user(180, { phone: 491701234568 })];
    expect(await taking(JSON.stringify(rows.slice(0, 1)), '--username-field', 'pk')).toMatchObject({ imported: 1 });
    expect(await taking(JSON.stringify(rows.slice(1)), '--username-field', 'phone')).toMatchObject({ imported: 1 });
    expect(await signIn('491701234567')).toMatch(/^ey/);
    expect(await signIn('491701234568')).toMatch(/^ey/);
    const { code, stderr } = await importing(JSON.stringify(rows.slice(0, 1)), '--username-field', 'phone');
    expect([code, stderr]).toEqual([1, expect.stringContaining('`--username-field pk` if it is the primary key')]);
  });

  test('has a number or nothing that says whether a user is active, or no such field, which is told', async () => {
    const rows = [1, 0, null, undefined].map((is_active, index) => user(190 + index, { is_active, active: false }));
    const { code, stdout, stderr } = await importing(JSON.stringify(rows));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ imported: 4, activeByDefault: 1 });
    expect(stderr).toMatch(
      /^1 of the imported users are active because their rows have no is_active\. .*`users disable`\.\n$/,
    );
    const found = await Promise.all(rows.map(({ pk: id }) => stage.auth.users.find(`${id}`)));
    expect(found.map((account) => account?.isActive)).toEqual([true, false, false, true]);
    expect((await importing(JSON.stringify([user(194, { is_active: 2 })]))).stderr).toContain(
      'is_active: expected true or false',
    );
  });

  test('knows no time zone of that name', async () => {
    const { code, stderr } = await importing('[]', '--time-zone', 'Berlin');
    expect(code).toBe(1);
    expect(stderr).toContain('Expected the name of a time zone, such as Europe/Berlin.');
  });
});
