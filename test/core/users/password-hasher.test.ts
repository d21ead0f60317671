import { mkdtempSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { availableParallelism, constants, getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { systemClock } from '../../../src/contracts/clock.ts';
import type { SystemEvent } from '../../../src/contracts/events.ts';
import { UNWATCHED } from '../../../src/contracts/monitor.ts';
import { PasswordHasher } from '../../../src/core/users/password-hasher.ts';
import { TestClock } from '../../support/server.ts';

const hasher = new PasswordHasher(4, systemClock);
const OVERLOADED = { reason: 'overloaded', code: 'SERVICE_UNAVAILABLE', action: 'WAIT' };

/** Hashes of `wonderland123!` by Django's hashers, with little work; scrypt and plain bcrypt by Python's modules. */
const DJANGO_HASHES = {
  pbkdf2_sha256: 'pbkdf2_sha256$1000$bpRStXzh9sC9lBuFluFlvm$Sj/qwgl4jH1XAi+brkO1RtAYdxCrz+1a7g9ObKiDKko=',
  pbkdf2_sha1: 'pbkdf2_sha1$1000$JPMTb7rss5QTFnUtpirjzr$pjdaHT5Zcdlh26afytuU+k6F64s=',
  argon2: 'argon2$argon2id$v=19$m=64,t=1,p=1$SE9JdExubTFlZ1k5clZ3WlVLV2NyTQ$/meucuu4g1XfdX1rqIlZdg',
  bcrypt_sha256: 'bcrypt_sha256$$2b$05$G.KiOstEt1cyYYTQ56NTZuc97QuW8sMmVH.hFkzkztPRwwu4DhxXC',
  bcrypt: 'bcrypt$$2b$05$aZm.7LANSwAYywZir2qKE.A6YimJBiupxGMmRS4YnRbbfmE6e9wEW',
  scrypt:
    'scrypt$1024$saltsaltsalt$8$1$pHvUUMtrlDKLJ2zHUIOxbq9Kb/Rc3PnoA8qfhbnZBpgKIWX/JOhqpcVqiKQEbHqZV3BjwPmKom5LWGi5BhBTyg==',
  '$2b$ alone': '$2b$05$gtrDFn/cs5IMD/dY3/gY6ehjd9w5viaQ1CMNlqaWCb1ieVCeXB5Ya',
  '$2y$ alone': '$2y$05$gtrDFn/cs5IMD/dY3/gY6ehjd9w5viaQ1CMNlqaWCb1ieVCeXB5Ya',
};

describe('the password hasher', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test('hashes in the format of Django and recognises the password', async () => {
    const hash = await hasher.hash('wonderland123!');
    expect(hash).toMatch(/^bcrypt_sha256\$\$2b\$04\$.{53}$/);
    expect(await hasher.verify('wonderland123!', hash)).toBe(true);
    expect(await hasher.verify('wonderland123', hash)).toBe(false);
  });

  test('counts every character, also past 72 bytes', async () => {
    const common = 'a'.repeat(99);
    expect(await hasher.verify(`${common}y`, await hasher.hash(`${common}x`))).toBe(false);
    const accents = 'é'.repeat(64);
    expect(await hasher.verify(accents, await hasher.hash(accents))).toBe(true);
    expect(await hasher.verify('é'.repeat(63), await hasher.hash(accents))).toBe(false);
  });

  test('takes Unicode forms of one password for the same, and never trims', async () => {
    const hash = await hasher.hash('caf\u00e9 latte');
    expect(await hasher.verify('cafe\u0301 latte', hash)).toBe(true);
    expect(await hasher.verify('caf\u00e9 latte ', hash)).toBe(false);
  });

  test.each(Object.entries(DJANGO_HASHES))(
    'reads what Django stored with %s, and wants it rehashed',
    async (_name, hash) => {
      expect(await hasher.verify('wonderland123!', hash)).toBe(true);
      expect(await hasher.verify('wonderland123?', hash)).toBe(false);
      expect(hasher.needsRehash(hash)).toBe(true);
    },
  );

  test.each([
    '',
    '!',
    '!unusable',
    'md5$salt$00',
    'pbkdf2_sha256$x$y$z',
    'scrypt$0$s$0$0$',
    'scrypt$1000$saltsalt$8$1$c2FsdHNhbHRzYWx0',
    'scrypt$1073741824$saltsalt$8$1$c2FsdHNhbHRzYWx0',
    'argon2$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ',
    'argon2$argon2id$v=19$m=99999999,t=1,p=1$c2FsdHNhbHRzYWx0$c2FsdHNhbHRzYWx0c2FsdHNhbHQ',
    'argon2$argon2id$v=19$m=1,t=1,p=8$c2FsdHNhbHRzYWx0$c2FsdHNhbHRzYWx0c2FsdHNhbHQ',
    '__proto__$a$b',
    'plain text',
    // bcrypt with 53 characters that are not all of its alphabet, and with a cost it does not have.
    `$2b$04$${'-'.repeat(53)}`,
    `$2b$03$${'a'.repeat(53)}`,
    `$2b$32$${'a'.repeat(53)}`,
  ])('lets nobody in with the stored hash %j', async (hash) => {
    expect(await hasher.verify(hash, hash)).toBe(false);
  });

  test.each(['bcrypt$', ''])('takes no longer password for one of 72 bytes with a hash %j$2b$...', async (scheme) => {
    // Of ten digits seven times and `ab`, by Django 5.2's BCryptPasswordHasher.
    const hash = `${scheme}$2b$04$yH8RF4ndEPwamU07JOd9NuZHDOpiHfG71GZnTYqZn/wKKcbbeBcSS`;
    const password = `${'0123456789'.repeat(7)}ab`;
    expect(await hasher.verify(password, hash)).toBe(true);
    for (const longer of [`${password}c`, `${password}é`, `${password}\u0301`, password.repeat(4)]) {
      expect(await hasher.verify(longer, hash)).toBe(false);
    }
  });

  test('says no where there is no hash', async () => {
    expect(await hasher.verify('wonderland123!', undefined)).toBe(false);
  });

  test('wants a hash of another cost rehashed', async () => {
    expect(new PasswordHasher(5, systemClock).needsRehash(await hasher.hash('wonderland123!'))).toBe(true);
    expect(hasher.needsRehash(await hasher.hash('wonderland123!'))).toBe(false);
    expect(new PasswordHasher(5, systemClock).needsRehash(DJANGO_HASHES['$2b$ alone'])).toBe(true);
  });

  test('refuses when too many wait', async () => {
    const results = await Promise.allSettled(Array.from({ length: 200 }, () => hasher.hash('wonderland123!')));
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(200);
    for (const { reason } of refused) expect(reason).toMatchObject(OVERLOADED);
  });

  test('tells what waits, for how long, and what is refused', async () => {
    const told: SystemEvent[] = [];
    const clock = new TestClock();
    const watched = new PasswordHasher(4, clock.read, { ...UNWATCHED, tell: (event) => void told.push(event) });
    const room = availableParallelism() + 64;
    const waiting = Promise.allSettled(Array.from({ length: room + 1 }, () => watched.hash('wonderland123!')));
    clock.advance(6);
    await waiting;
    const count = (event: SystemEvent) => told.filter((other) => isDeepStrictEqual(other, event)).length;
    expect(count({ kind: 'hash_queued' })).toBe(room);
    expect(count({ kind: 'hash_dequeued', waited: 6000 })).toBe(room);
    expect(count({ kind: 'hash_refused', refusal: 'full' })).toBe(1);
    expect(count({ kind: 'hash_refused', refusal: 'late' })).toBe(room);
  });

  test.each([
    [5, 0],
    [5.001, 60],
  ])('hashes for nobody who has waited more than five seconds: after %d s, %i are refused', async (seconds, count) => {
    const clock = new TestClock();
    const patient = new PasswordHasher(4, clock.read);
    const hashing = jest.spyOn(Worker.prototype, 'postMessage');
    const waiting = Array.from({ length: 60 }, () => patient.hash('wonderland123!'));
    clock.advance(seconds);
    const refused = (await Promise.allSettled(waiting)).filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(count);
    for (const { reason } of refused) expect(reason).toMatchObject(OVERLOADED);
    expect(hashing).toHaveBeenCalledTimes(60 - count);
    // Whoever comes now has not waited.
    expect(await patient.verify('wonderland123!', await patient.hash('wonderland123!'))).toBe(true);
  });

  test('S48: answers after eight seconds of work without a result, and keeps the place until the work is done', async () => {
    const busy = new PasswordHasher(4, systemClock);
    await busy.hash('wonderland123!'); // starts a thread
    const known = await busy.hash('wonderland123!');
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    const working = jest.spyOn(Worker.prototype, 'postMessage').mockReturnValue(undefined);
    try {
      const cores = availableParallelism();
      const answers = Array.from({ length: cores + 1 }, (_, index) =>
        busy.verify('wonderland123!', index % 2 === 0 ? known : undefined).catch((error: unknown) => error),
      );
      while (working.mock.calls.length < cores) await new Promise(setImmediate);
      await jest.advanceTimersByTimeAsync(7999);
      const early = await Promise.race([...answers, Promise.resolve('none yet')]);
      expect(early).toBe('none yet');
      await jest.advanceTimersByTimeAsync(1);
      // Whether there is such an account is not told.
      for (const answer of answers.slice(0, cores)) expect(await answer).toMatchObject(OVERLOADED);
      expect(working).toHaveBeenCalledTimes(cores);
    } finally {
      jest.useRealTimers();
      await Promise.all(working.mock.contexts.map((thread) => (thread as Worker).terminate()));
    }
  });

  test('hashes as many at once as there are cores, each in a thread of its own', async () => {
    const crowded = new PasswordHasher(4, systemClock);
    const { mock } = jest.spyOn(Worker.prototype, 'postMessage');
    await Promise.all(Array.from({ length: 60 }, () => crowded.verify('wonderland123!', undefined)));
    expect(mock.calls).toHaveLength(60);
    expect(new Set(mock.contexts).size).toBe(availableParallelism());
  });

  test('gives way to whatever else this process does, on Linux', async () => {
    if (process.platform !== 'linux') return;
    const own = getPriority(process.pid);
    await hasher.hash('wonderland123!');
    const stats = readdirSync('/proc/self/task').map((id) => readFileSync(`/proc/self/task/${id}/stat`, 'utf8'));
    // The nineteenth field of proc(5); the second, a name in parentheses, may hold spaces.
    const priorities = stats.map((stat) => Number(stat.split(') ')[1]?.split(' ')[16]));
    expect(priorities).toContain(constants.priority.PRIORITY_BELOW_NORMAL);
    expect(getPriority(process.pid)).toBe(own);
  });

  test('hashes where the working folder was deleted, and leaves the program in it', async () => {
    const started = process.cwd();
    const folder = mkdtempSync(join(tmpdir(), 'working-folder-'));
    const chdir = jest.spyOn(process, 'chdir');
    const stranded = new PasswordHasher(4, systemClock);
    try {
      process.chdir(folder);
      rmdirSync(folder);
      chdir.mockClear();
      const hashes = Array.from({ length: 8 }, () => stranded.hash('wonderland123!'));
      for (const hash of await Promise.all(hashes)) expect(await stranded.verify('wonderland123!', hash)).toBe(true);
      expect(await stranded.verify('wonderland123?', await stranded.hash('wonderland123!'))).toBe(false);
      expect(chdir).not.toHaveBeenCalled();
    } finally {
      process.chdir(started);
    }
  });

  test('keeps a thread for the next jobs, and ends it twenty seconds after the last', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    try {
      const terminate = jest.spyOn(Worker.prototype, 'terminate');
      const { mock } = jest.spyOn(Worker.prototype, 'postMessage');
      await hasher.hash('wonderland123!');
      jest.advanceTimersByTime(19_999);
      await new PasswordHasher(4, systemClock).hash('wonderland123!');
      expect(new Set(mock.contexts).size).toBe(1);
      jest.advanceTimersByTime(19_999);
      expect(terminate.mock.contexts).not.toContain(mock.contexts[0]);
      jest.advanceTimersByTime(1);
      expect(terminate.mock.contexts.filter((thread) => thread === mock.contexts[0])).toHaveLength(1);
      await hasher.hash('wonderland123!');
      expect(mock.contexts.at(-1)).not.toBe(mock.contexts[0]);
    } finally {
      jest.useRealTimers();
    }
  });
});
