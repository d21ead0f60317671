import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import {
  EmailChangeDocument,
  EmailVerifyDocument,
  MyEmailDocument,
  PasswordChangeDocument,
  TokenObtainPairDocument,
  UserRegisterWithEmailDocument,
} from '../../generated/operations.ts';
import { tokenIn } from '../../support/mailbox.ts';
import { ALICE, startRecoveryServer, type RecoveryServer } from '../../support/recovery.ts';
import { PASSWORD } from '../../support/server.ts';
import { describeEachStore } from '../../support/stores.ts';

const STRONG = 'tall amber kettles sing';

describeEachStore('an e-mail address', (kind) => {
  let server: RecoveryServer;
  let count = 0;
  let name: string;
  let address: string;
  beforeAll(async () => {
    server = await startRecoveryServer(kind, { env: { THROTTLE_REGISTRATIONS: '1000' } });
  });
  beforeEach(() => {
    count += 1;
    name = `user${count}`;
    address = `User.${count}@Example.org`;
  });
  afterAll(() => server.remove());

  const register = (username = name, email: string | null = address) =>
    server.client.send(UserRegisterWithEmailDocument, { username, password: STRONG, email });
  const signIn = (username: string, password = STRONG) =>
    server.client.send(TokenObtainPairDocument, { username, password });
  const verify = (token: string) => server.client.send(EmailVerifyDocument, { token });
  const emailOf = async (username = name, password = STRONG) => {
    const { access } = await server.client.signIn(username, password);
    return (await server.client.expect(MyEmailDocument, {}, { token: access })).me;
  };
  const verified = async (username = name, email = address) => {
    await register(username, email);
    await server.deliver();
    expect((await verify(server.mailbox.tokenTo(email))).data?.emailVerify).toBe(email);
  };

  test('that was registered is kept as written, and is the account’s once its link is used', async () => {
    const { data } = await register();
    expect(data?.userRegister).toMatchObject({ username: name, email: address, emailVerified: false });
    expect((await signIn(address)).errors[0]?.extensions['reason']).toBe('no_active_account');
    await server.deliver();
    const [mail] = server.mailbox.to(address);
    expect(mail?.headers.get('subject')).toBe('Confirm your e-mail address');
    expect(mail?.headers.get('from')).toBe('Example <no-reply@example.com>');
    expect(mail?.text).toMatch(/^Hello user\d+,\n\n.*\n\nhttps:\/\/app\.example\.com\/account#emailVerify=[\w-]{43}\n/);
    expect(mail?.text).toContain('for 24 hours');
    expect(mail?.html).toContain(`<a href="https://app.example.com/account#emailVerify=${tokenIn(mail)}">`);
    expect((await verify(tokenIn(mail))).data?.emailVerify).toBe(address);
    expect(await emailOf(address)).toMatchObject({ email: address, emailVerified: true });
    await server.deliver();
    expect(server.mailbox.to(address)).toHaveLength(1); // and not that it was changed
  });

  test.each([
    ['in capitals', (given: string) => given.toUpperCase()],
    ['with white space around it', (given: string) => ` ${given}\n`],
  ])('signs in %s', async (_case, written) => {
    await verified();
    expect((await signIn(written(address))).errors).toEqual([]);
  });

  test('may be left out', async () => {
    expect((await register(name, null)).data?.userRegister).toMatchObject({ email: null, emailVerified: null });
    await server.deliver();
    expect(await emailOf()).toMatchObject({ email: null, emailVerified: null });
  });

  test('that is none is refused, with the field', async () => {
    const { errors } = await register(name, 'a@example.com\r\nBcc: b@example.com');
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', reason: 'invalid_email', field: 'email' });
    expect((await signIn(name)).errors).toHaveLength(1);
  });

  test('of a letter that only folds to another is another: a link never goes to who can write something alike', async () => {
    await verified(name, `mike${count}@example.org`);
    await register(`other${count}`, `mıke${count}@example.org`);
    await server.deliver();
    expect((await verify(server.mailbox.tokenTo(`mıke${count}@example.org`))).errors).toEqual([]);
    expect((await emailOf(`mike${count}@example.org`)).id).toBe((await emailOf(name)).id);
  });

  test('that another account has is registered with the same answer, and its owner is told by mail', async () => {
    const free = await register(`first${count}`, `free${count}@example.org`);
    await verified();
    const taken = await register(`second${count}`, address.toUpperCase());
    const shape = ({ data, errors, status }: typeof taken) => ({
      status,
      errors,
      keys: Object.keys(data?.userRegister ?? {}),
    });
    expect(shape(taken)).toEqual(shape(free));
    expect(taken.data?.userRegister).toMatchObject({ email: address.toUpperCase(), emailVerified: false });
    await server.deliver();
    const [, mail, ...rest] = server.mailbox.to(address);
    expect(rest).toEqual([]);
    expect(mail?.headers.get('subject')).toBe('Your e-mail address was entered again');
    expect(mail?.text).toContain(`sign in as ${name}`);
    expect(mail?.to).toEqual([address.replace('Example', 'example')]);
    expect((await emailOf(address)).id).toBe((await emailOf(name)).id);
  });

  test('of two accounts that ask for it belongs to the one whose link is used first', async () => {
    await register(`one${count}`);
    server.clock.advance(1); // mails of one moment are sent in any order
    await register(`two${count}`);
    await server.deliver();
    const [one, two] = server.mailbox.to(address).map(tokenIn);
    expect((await verify(two ?? '')).errors).toEqual([]);
    expect((await verify(one ?? '')).errors[0]?.extensions).toMatchObject({ reason: 'email_taken', field: 'token' });
    expect((await emailOf(address)).id).toBe((await emailOf(`two${count}`)).id);
  });

  test('wins over the name of another account that looks like it, and neither is kept out', async () => {
    await verified();
    await server.auth.users.create({ username: address, password: `${STRONG} too` });
    expect((await emailOf(address)).id).toBe((await emailOf(name)).id);
    expect((await emailOf(address, `${STRONG} too`)).id).not.toBe((await emailOf(name)).id);
  });

  test('changes by the password and a link, and the old one is told twice', async () => {
    await verified();
    const next = `next${count}@example.org`;
    const { access: token } = await server.client.signIn(name, STRONG);
    const changed = await server.client.expect(
      EmailChangeDocument,
      { currentPassword: STRONG, email: next },
      { token },
    );
    expect(changed.emailChange).toBe(next);
    expect((await emailOf()).email).toBe(address);
    await server.deliver();
    expect(server.mailbox.to(address).at(-1)?.headers.get('subject')).toBe('Your e-mail address is about to change');
    expect((await verify(server.mailbox.tokenTo(next))).data?.emailVerify).toBe(next);
    expect(await emailOf(next)).toMatchObject({ email: next, emailVerified: true });
    expect((await signIn(address)).errors).toHaveLength(1);
    await server.deliver();
    const told = server.mailbox.to(address).at(-1);
    expect(told?.headers.get('subject')).toBe('Your e-mail address was changed');
    expect(told?.text).toContain('Address: 127.0.0.1.');
    expect(server.mailbox.to(next)).toHaveLength(1);
  });

  test('changes for nobody who does not know the password, and such attempts are throttled', async () => {
    await register();
    const { access: token } = await server.client.signIn(name, STRONG);
    const email = `thief${count}@example.org`;
    const attempt = () => server.client.send(EmailChangeDocument, { currentPassword: 'a guess', email }, { token });
    expect((await attempt()).errors[0]?.extensions).toMatchObject({ field: 'currentPassword' });
    for (let more = 0; more < 9; more += 1) await attempt();
    expect((await attempt()).errors[0]?.extensions['reason']).toBe('throttled');
    await server.deliver();
    expect(server.mailbox.to(email)).toEqual([]);
  });

  test('is not changed by a link from before a change of the password, or of the address', async () => {
    await verified();
    const { access: token } = await server.client.signIn(name, STRONG);
    const [one, two] = [`one${count}@example.org`, `two${count}@example.org`];
    for (const email of [one, two]) {
      await server.client.expect(EmailChangeDocument, { currentPassword: STRONG, email }, { token });
    }
    await server.deliver();
    expect((await verify(server.mailbox.tokenTo(one))).errors).toEqual([]);
    const refused = (await verify(server.mailbox.tokenTo(two))).errors[0]?.extensions;
    expect(refused).toMatchObject({ reason: 'link_not_valid', field: 'token', code: 'BAD_USER_INPUT' });
    await server.client.expect(EmailChangeDocument, { currentPassword: STRONG, email: two }, { token });
    await server.deliver();
    const passwords = { currentPassword: STRONG, newPassword: `${STRONG} again` };
    await server.client.expect(PasswordChangeDocument, passwords, { token });
    expect((await verify(server.mailbox.tokenTo(two))).errors[0]?.extensions).toMatchObject({
      reason: 'link_not_valid',
    });
  });

  test('is verified by a link once, of ten uses at once, and for a day', async () => {
    await register();
    await server.deliver();
    const token = server.mailbox.tokenTo(address);
    const answers = await Promise.all(Array.from({ length: 10 }, () => verify(token)));
    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
    await register(`late${count}`, `late${count}@example.org`);
    await server.deliver();
    server.clock.advance(86_401);
    const late = await verify(server.mailbox.tokenTo(`late${count}@example.org`));
    expect(late.errors[0]?.extensions['reason']).toBe('link_not_valid');
  });

  test.each(['', 'x', 'A'.repeat(43), 'A'.repeat(5000)])(
    'is verified by no token that was made up: %#',
    async (token) => {
      const { errors } = await verify(token);
      expect(errors[0]?.extensions['reason']).toBe('link_not_valid');
      expect(errors[0]?.message).not.toContain('AAA');
    },
  );

  test('is not that of a user who was disabled or deleted since', async () => {
    await register();
    await server.deliver();
    const user = await server.auth.users.findByUsername(name);
    await server.auth.users.setActive(user?.id ?? '', false);
    expect((await verify(server.mailbox.tokenTo(address))).errors[0]?.extensions['reason']).toBe('link_not_valid');
    await server.auth.users.setActive(user?.id ?? '', true);
    await server.auth.users.delete(user?.id ?? '');
    expect((await verify(server.mailbox.tokenTo(address))).errors[0]?.extensions['reason']).toBe('link_not_valid');
  });

  test('gets five links in half an hour, however many accounts are registered with it', async () => {
    for (let index = 0; index < 8; index += 1) await register(`${name}-${index}`);
    await server.deliver();
    expect(server.mailbox.to(address)).toHaveLength(5);
    server.clock.advance(1801);
    await register(`${name}-late`);
    await server.deliver();
    expect(server.mailbox.to(address)).toHaveLength(6);
  });

  test('of alice, which was set for her, signs her in at once', async () => {
    expect(await emailOf(ALICE, PASSWORD)).toMatchObject({ email: ALICE, emailVerified: false });
  });
});
