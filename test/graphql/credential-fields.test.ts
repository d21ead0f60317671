import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { natureOf } from '../../src/graphql/operation.ts';
import { buildAuthSchema, EVERYTHING } from '../../src/graphql/schema.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const COMPLAINT = 'The document has 2 fields that check or store a password, expected at most 1.';
const SIGN_IN = 'tokenObtainPair(username: "alice", password: "no") { access }';
const ALL_ON = { REGISTRATION: 'on', EMAIL: 'on', PASSWORD_RESET: 'on', USER_ADMINISTRATION: 'on' };
const FIELDS = {
  tokenObtainPair: SIGN_IN,
  tokenObtainSliding: 'tokenObtainSliding(username: "alice", password: "no") { token }',
  passwordChange: 'passwordChange(currentPassword: "no", newPassword: "no") { access }',
  userRegister: 'userRegister(username: "bob", password: "no") { id }',
  emailChange: 'emailChange(currentPassword: "no", email: "a@example.com")',
  passwordReset: 'passwordReset(token: "no", newPassword: "no")',
  userCreate: 'userCreate(username: "bob", password: "no") { id }',
  userSetPassword: 'userSetPassword(id: "no", newPassword: "no") { id }',
};

describe('fields that check or store a password', () => {
  let server: TestServer;
  let failed = 0;
  beforeAll(async () => {
    const onLoginFailed = () => void (failed += 1);
    server = await startTestServer('sqlite', { env: ALL_ON, hooks: { onLoginFailed } });
  });
  afterAll(() => server.remove());
  const complaintsAbout = async (query: string) => {
    const { data, errors } = await server.client.sendRaw({ query });
    expect(data).toBeNull();
    return errors.map(({ message }) => message);
  };

  test('are all those that are given one', () => {
    const root = buildAuthSchema(EVERYTHING).getMutationType();
    const given = Object.values(root?.getFields() ?? {}).filter(({ args }) =>
      args.some(({ name }) => /password/i.test(name)),
    );
    expect(given.map(({ name }) => name).toSorted()).toEqual(Object.keys(FIELDS).toSorted());
    for (const { name } of given)
      expect({ name, nature: natureOf(root, name) }).toMatchObject({ nature: { credential: true } });
  });

  test.each(Object.entries(FIELDS))('S31: %s may be asked for once in a document', async (_name, field) => {
    expect(await complaintsAbout(`mutation { a: ${field} b: ${field} }`)).toEqual([COMPLAINT]);
    expect(await complaintsAbout(`mutation { a: ${SIGN_IN} b: ${field} }`)).toEqual([COMPLAINT]);
    expect(failed).toBe(0);
    expect(await complaintsAbout(`mutation { a: ${field} b: tokenVerify(token: "x") { jti } }`)).not.toContain(
      COMPLAINT,
    );
    failed = 0;
  });
});
