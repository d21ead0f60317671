import { expect, test } from '@jest/globals';
import type { Store } from '../../src/contracts/store/store.ts';
import { describeEachStore } from '../support/stores.ts';
import {
  after,
  count,
  newAccountEvent,
  newAddress,
  newId,
  newLink,
  newMail,
  newUser,
  NOW,
  ODD_TEXT,
  race,
} from './records.ts';
import { openTwins } from './twins.ts';

describeEachStore('the addresses of a store', (kind) => {
  let store: Store;
  let twin: Store;
  openTwins(kind, (...opened) => ([store, twin] = opened));

  const withAddress = (fields: object = {}) => newUser({ ...(newAddress() as object), ...fields });

  test('are found by their key alone, and no account without one is', async () => {
    const user = withAddress();
    await store.users.insert(user);
    await store.users.insert(newUser());
    expect(await twin.users.findByEmailKey(user.emailKey ?? '')).toEqual(user);
    for (const other of ['', user.email ?? '', user.id, '%', `${user.emailKey} `]) {
      expect(await store.users.findByEmailKey(other)).toBeNull();
    }
  });

  test('that nobody has shown to be theirs are no key, so that any number of accounts may have them', async () => {
    const { email = '' } = withAddress();
    const users = [0, 1].map(() => newUser({ email, emailVerified: false }));
    for (const user of users) expect(await store.users.insert(user)).toBe('inserted');
    for (const user of users) expect(await twin.users.findById(user.id)).toEqual(user);
  });

  test('are taken once: of fifty insertions with one key exactly one succeeds', async () => {
    const { emailKey = '' } = withAddress();
    const users = Array.from({ length: 50 }, () => withAddress({ emailKey }));
    const outcomes = await race([store, twin], (each, index) => each.users.insert(users[index] ?? newUser()));
    expect(count(outcomes, 'inserted')).toBe(1);
    expect(count(outcomes, 'email_taken')).toBe(49);
    expect(await twin.users.insertMany([withAddress({ emailKey }), newUser()])).toEqual(['email_taken', 'inserted']);
  });

  test('are taken once: of fifty accounts that are given one key exactly one gets it', async () => {
    const users = Array.from({ length: 50 }, () => newUser());
    await store.users.insertMany(users);
    const next = newAddress({ emailVerified: true });
    const outcomes = await race([store, twin], (each, index) =>
      each.users.replaceAddress(users[index]?.id ?? '', null, next),
    );
    expect(count(outcomes, 'replaced')).toBe(1);
    expect(count(outcomes, 'email_taken')).toBe(49);
    const { id = '' } = users[outcomes.indexOf('replaced')] ?? {};
    expect(await twin.users.findByEmailKey(next.emailKey ?? '')).toMatchObject({ ...next, id });
    expect(await twin.users.delete(id)).toBe(true);
    expect(await store.users.replaceAddress(users.find((user) => user.id !== id)?.id ?? '', null, next)).toBe(
      'replaced',
    );
  });

  test('are replaced where they are as expected, and only there', async () => {
    const user = withAddress({ email: ODD_TEXT });
    await store.users.insert(user);
    const next = newAddress({ emailVerified: true });
    for (const other of [null, '', newId()]) {
      expect(await twin.users.replaceAddress(user.id, other, next)).toBe('changed');
    }
    expect(await store.users.findById(user.id)).toEqual(user);
    expect(await twin.users.replaceAddress(user.id, ODD_TEXT, next)).toBe('replaced');
    expect(await store.users.findById(user.id)).toEqual({ ...user, ...next });
    expect(await store.users.findByEmailKey(user.emailKey ?? '')).toBeNull();
    const none = { email: null, emailKey: null, emailVerified: null };
    expect(await store.users.replaceAddress(user.id, next.email, none)).toBe('replaced');
    const { email: _email, emailKey: _key, emailVerified: _verified, ...rest } = user;
    expect(await twin.users.findById(user.id)).toEqual(rest);
    expect(await store.users.replaceAddress(newId(), null, next)).toBe('changed');
  });

  test('stay where a user is changed otherwise', async () => {
    const user = withAddress();
    await store.users.insert(user);
    await twin.users.update(user.id, { isActive: false });
    expect(await store.users.findById(user.id)).toEqual({ ...user, isActive: false });
  });
});

describeEachStore('the links of a store', (kind) => {
  let store: Store;
  let twin: Store;
  openTwins(kind, (...opened) => ([store, twin] = opened));

  test('are found by exactly their name, until they are taken: by one of fifty', async () => {
    const link = newLink({ email: ODD_TEXT, bond: ODD_TEXT });
    await store.links.insert(link);
    expect(await twin.links.find(link.name)).toEqual(link);
    for (const other of ['', `${link.name} `, link.name.slice(1)]) expect(await store.links.find(other)).toBeNull();
    const taken = await race([store, twin], (each) => each.links.take(link.name));
    expect(count(taken, true)).toBe(1);
    expect(await store.links.find(link.name)).toBeNull();
  });

  test('of one user are removed together, and those of others stay', async () => {
    const userId = newId();
    const [one, two, other] = [newLink({ userId }), newLink({ userId }), newLink()];
    for (const link of [one, two, other]) await store.links.insert(link);
    expect(await twin.links.deleteOfUser(userId)).toBe(2);
    expect(await store.links.find(one.name)).toBeNull();
    expect(await store.links.find(other.name)).toEqual(other);
  });

  test('that have expired are removed, to the millisecond', async () => {
    const [over, alive] = [newLink({ expiresAt: after(-1) }), newLink({ expiresAt: after(1) })];
    for (const link of [over, alive]) await store.links.insert(link);
    expect(await twin.links.deleteExpired(NOW)).toBe(1);
    expect(await store.links.find(over.name)).toBeNull();
    expect(await store.links.find(alive.name)).toEqual(alive);
  });
});

describeEachStore('the outbox of a store', (kind) => {
  let store: Store;
  let twin: Store;
  openTwins(kind, (...opened) => ([store, twin] = opened));

  const empty = async () => {
    for (let mail = await store.outbox.take(after(1e9), NOW); mail; mail = await store.outbox.take(after(1e9), NOW)) {
      await store.outbox.delete(mail.id);
    }
  };

  test('gives out the mail that has been due longest, as it was stored, and again once it is due again', async () => {
    await empty();
    const [late, early, never] = [
      newMail({ nextAt: after(20) }),
      newMail({ nextAt: after(10), userId: null, to: null, language: null, facts: {} }),
      newMail({ nextAt: after(5000) }),
    ];
    for (const mail of [late, early, never]) expect(await store.outbox.add(mail)).toBe(true);
    expect(await twin.outbox.add({ ...early, kind: 'invitation' })).toBe(false);
    expect(await store.outbox.count()).toBe(3);
    expect(await twin.outbox.take(after(9), after(100))).toBeNull();
    expect(await twin.outbox.take(after(30), after(100))).toEqual({ ...early, attempts: 1, nextAt: after(100) });
    expect(await store.outbox.take(after(30), after(100))).toEqual({ ...late, attempts: 1, nextAt: after(100) });
    expect(await store.outbox.take(after(99), after(200))).toBeNull();
    expect((await store.outbox.take(after(100), after(200)))?.attempts).toBe(2);
  });

  test('gives each mail to one of fifty that ask at once', async () => {
    await empty();
    const mails = Array.from({ length: 20 }, () => newMail({ nextAt: NOW }));
    for (const mail of mails) await store.outbox.add(mail);
    const taken = await race([store, twin], (each) => each.outbox.take(after(1), after(60_000)));
    const ids = taken.flatMap((mail) => (mail === null ? [] : [mail.id]));
    expect(ids.toSorted()).toEqual(mails.map(({ id }) => id).toSorted());
  });

  test('puts a mail off for those alone who took it last', async () => {
    await empty();
    const mail = newMail({ nextAt: NOW });
    await store.outbox.add(mail);
    await store.outbox.take(after(1), after(2));
    await twin.outbox.take(after(2), after(3));
    expect(await store.outbox.putOff(mail.id, 1, after(500))).toBe(false);
    expect(await twin.outbox.putOff(mail.id, 2, after(500))).toBe(true);
    expect(await store.outbox.take(after(499), after(600))).toBeNull();
    expect((await store.outbox.take(after(500), after(600)))?.id).toBe(mail.id);
    expect(await store.outbox.delete(mail.id)).toBe(true);
    expect(await store.outbox.delete(mail.id)).toBe(false);
  });

  test('loses all mails about a user', async () => {
    await empty();
    const userId = newId();
    for (const mail of [newMail({ userId }), newMail({ userId }), newMail(), newMail({ userId: null })]) {
      await store.outbox.add(mail);
    }
    expect(await twin.outbox.deleteOfUser(userId)).toBe(2);
    expect(await twin.outbox.deleteOfUser(userId)).toBe(0);
    expect(await store.outbox.count()).toBe(2);
  });

  test('loses what has expired', async () => {
    await empty();
    const [over, alive] = [newMail({ expiresAt: NOW }), newMail({ expiresAt: after(1) })];
    for (const mail of [over, alive]) await store.outbox.add(mail);
    expect(await twin.outbox.deleteExpired(NOW)).toBe(1);
    expect(await store.outbox.count()).toBe(1);
  });
});

describeEachStore('the account events of a store', (kind) => {
  let store: Store;
  let twin: Store;
  openTwins(kind, (...opened) => ([store, twin] = opened));

  test('are listed for their user, the newest first, and the oldest go where there are more than are kept', async () => {
    const userId = newId();
    const events = Array.from({ length: 7 }, (_, index) => newAccountEvent({ userId, at: after(index) }));
    const other = newAccountEvent({ userAgent: null, ipAddress: null });
    await store.accountEvents.add(other, 5);
    for (const event of events) await store.accountEvents.add(event, 5);
    const newest = events.toReversed();
    expect(await twin.accountEvents.list(userId, 100)).toEqual(newest.slice(0, 5));
    expect(await twin.accountEvents.list(userId, 2)).toEqual(newest.slice(0, 2));
    expect(await store.accountEvents.list(userId, 0)).toEqual([]);
    expect(await twin.accountEvents.list(other.userId, 5)).toEqual([other]);
    expect(await twin.accountEvents.deleteOfUser(userId)).toBe(5);
    expect(await store.accountEvents.list(userId, 5)).toEqual([]);
    expect(await store.accountEvents.list(other.userId, 5)).toEqual([other]);
  });

  test('are listed for all users together, the latest first, page by page, with who did it', async () => {
    const events = [9, 7, 7, 8].map((seconds) =>
      newAccountEvent({ expiresAt: after(9e9 + seconds), actorId: newId() }),
    );
    for (const event of events) await store.accountEvents.add(event, 5);
    const later = (one: string, other: string) => (one < other ? 1 : -1);
    const sorted = events.toSorted(
      (one, other) => other.expiresAt.getTime() - one.expiresAt.getTime() || later(one.id, other.id),
    );
    expect(await twin.accountEvents.listAll(null, 4)).toEqual(sorted);
    const [, , third] = sorted;
    if (third === undefined) throw new Error('expected four events');
    const page = await twin.accountEvents.listAll({ at: third.expiresAt, name: third.id }, 1);
    expect(page).toEqual(sorted.slice(3));
    expect(await twin.accountEvents.listAll(null, 0)).toEqual([]);
  });

  test('that have expired are removed', async () => {
    const [over, alive] = [newAccountEvent({ expiresAt: NOW }), newAccountEvent({ expiresAt: after(1) })];
    for (const event of [over, alive]) await store.accountEvents.add(event, 5);
    expect(await twin.accountEvents.deleteExpired(NOW)).toBe(1);
    expect(await store.accountEvents.list(over.userId, 5)).toEqual([]);
    expect(await store.accountEvents.list(alive.userId, 5)).toEqual([alive]);
  });
});
