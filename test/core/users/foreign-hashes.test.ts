import { pbkdf2Sync, scryptSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { checkOfForeignHash } from '../../../src/core/users/foreign-hashes.ts';

const PASSWORD = 'wonderland123!';
const SALT = 'saltsaltsalt';
const pbkdf2 = (length = 32, iterations = 1000) =>
  pbkdf2Sync(PASSWORD, SALT, iterations, length, 'sha256').toString('base64');
const scrypt = (N: number, r: number, p: number, length = 64) =>
  scryptSync(PASSWORD, SALT, length, { N, r, p, maxmem: 2 ** 26 }).toString('base64');
const argon2 = (salt: string, digest: string) => `argon2$argon2id$v=19$m=64,t=1,p=1$${salt}$${digest}`;
/** Of `wonderland123!`, by Django 5.2 with argon2-cffi 25.1, with little work. */
const ARGON2 = ['c2FsdHNhbHRzYWx0c2FsdHNhbHQxMg', 'TJKoHZIc6MU++VKvMc7z7dt7X7PVma/GZPmDCL8kC6Q'] as const;
const DIGEST = Buffer.alloc(64, 1).toString('base64');

describe('a hash of Django', () => {
  test.each([
    ['pbkdf2', `pbkdf2_sha256$1000$${SALT}$${pbkdf2()}`],
    ['scrypt with more lanes than cost', `scrypt$4$${SALT}$8$3$${scrypt(4, 8, 3)}`],
    [
      'the same by Django 5.2',
      `scrypt$4$${SALT}$8$3$uhwe0DsIq6orxYfuNRu/QNX4jyRL3bIBM8Jl8x8tpEayUBkGz2Ufl/COV1J/kNu4k7OJt+ToyuujBeIywRtkbg==`,
    ],
    ['argon2 with a digest of 32 bytes', argon2(...ARGON2)],
    ['scrypt with the least cost', `scrypt$2$${SALT}$1$1$${scrypt(2, 1, 1)}`],
  ])('tells the right password from others: %s', async (_name, hash) => {
    const check = checkOfForeignHash(hash);
    expect(await check?.(PASSWORD)).toBe(true);
    expect(await check?.(`${PASSWORD}!`)).toBe(false);
  });

  test.each([
    ['a digest of one byte, which each 256th guess meets', `pbkdf2_sha256$1$${SALT}$AA==`],
    ['a digest that is cut', `pbkdf2_sha256$1000$${SALT}$${pbkdf2(31)}`],
    ['a digest that is too long', `pbkdf2_sha256$1000$${SALT}$${pbkdf2(33)}`],
    ['a digest of SHA-1 that is cut', `pbkdf2_sha1$1000$${SALT}$${pbkdf2(19)}`],
    ['a digest of scrypt that is cut', `scrypt$16$${SALT}$8$1$${scrypt(16, 8, 1, 32)}`],
    ['base64 without padding', `pbkdf2_sha256$1000$${SALT}$${pbkdf2().replace('=', '')}`],
    ['base64 with other letters', `pbkdf2_sha256$1000$${SALT}$ ${pbkdf2()}`],
    ['base64 for URLs', `pbkdf2_sha256$1000$${SALT}$${Buffer.alloc(32, 0xff).toString('base64url')}=`],
    ['no salt', `pbkdf2_sha256$1000$$${pbkdf2()}`],
    ['no salt of scrypt', `scrypt$16$$8$1$${scrypt(16, 8, 1)}`],
    ['a number with a zero before it', `pbkdf2_sha256$01000$${SALT}$${pbkdf2()}`],
    ['an argon2 digest that is cut', argon2(ARGON2[0], ARGON2[1].slice(0, -4))],
    ['an argon2 digest that is too long', argon2(ARGON2[0], `${ARGON2[1].slice(0, -3)}${ARGON2[1].slice(0, 12)}`)],
    ['an argon2 digest of four bytes', argon2(ARGON2[0], 'AAAAAA')],
    ['an argon2 digest with bits that say nothing', argon2(ARGON2[0], ARGON2[1].replace(/Q$/, 'R'))],
    ['an argon2 digest with padding', argon2(ARGON2[0], `${ARGON2[1]}=`)],
    ['an argon2 salt with bits that say nothing', argon2('AAAAAAAAAAB', ARGON2[1])],
    ['an argon2 salt of seven bytes', argon2('AAAAAAAAAA', ARGON2[1])],
    ['argon2 with less memory than its lanes take', argon2(...ARGON2).replace('m=64,t=1,p=1', 'm=63,t=1,p=8')],
    ['argon2 with more memory than there may be', argon2(...ARGON2).replace('m=64', 'm=1048577')],
    ['a cost that the block size does not allow', `scrypt$65536$${SALT}$1$1$${DIGEST}`],
    ['a field too many', `pbkdf2_sha256$1000$${SALT}$${pbkdf2()}$x`],
    ['a field of scrypt too many', `scrypt$16$${SALT}$8$1$${scrypt(16, 8, 1)}$x`],
    ['99,999,999 iterations', `pbkdf2_sha256$99999999$${SALT}$${pbkdf2()}`],
    ['one iteration more than there may be', `pbkdf2_sha256$5000001$${SALT}$${pbkdf2()}`],
    ['a thousand lanes', `scrypt$16384$${SALT}$8$1000$${DIGEST}`],
    ['lanes without end', `scrypt$16$${SALT}$8$1000000000000000$${DIGEST}`],
    ['lanes in another notation', `scrypt$16$${SALT}$8$1e3$${DIGEST}`],
    ['a cost that is no power of two', `scrypt$1000$${SALT}$8$1$${DIGEST}`],
    ['a cost of one', `scrypt$1$${SALT}$8$1$${DIGEST}`],
    ['argon2 with a thousand passes', argon2(...ARGON2).replace('m=64,t=1,p=1', 'm=102400,t=999,p=8')],
    ['argon2 with more work than there may be', argon2(...ARGON2).replace('m=64,t=1', 'm=1048576,t=3')],
  ])('S48: is checked against nothing: %s', (_name, hash) => {
    expect(checkOfForeignHash(hash)).toBeNull();
  });

  test.each([
    ['Django 6.0 with pbkdf2', `pbkdf2_sha256$1200000$${SALT}$${pbkdf2()}`],
    ['Django 5.2 with scrypt', `scrypt$16384$${SALT}$8$5$${DIGEST}`],
    ['Django 6.0 with argon2', `argon2$argon2id$v=19$m=102400,t=2,p=8$${ARGON2.join('$')}`],
  ])('is checked where it costs what is usual: %s', (_name, hash) => {
    expect(checkOfForeignHash(hash)).not.toBeNull();
  });
});
