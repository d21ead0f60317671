import { expect, test } from '@jest/globals';
import { MyRolesDocument } from '../generated/operations.ts';
import { challengeOf, enrol, FACTOR_ENV } from '../support/factors.ts';
import { PASSWORD, TestClock } from '../support/server.ts';
import { setStage } from '../support/stage.ts';

test('operators set roles and remove a lost second factor, effective immediately', async () => {
  const stage = await setStage('sqlite', { ROLES: 'on', ...FACTOR_ENV });
  await stage.createUser('alice');
  const { access: token } = await stage.signIn('alice');
  const roles = async () => (await stage.client.expect(MyRolesDocument, {}, { token })).me.roles;
  const given = await stage.cli(['users', 'set-roles', 'alice', 'EDITOR', 'AUTHOR', '--json']);
  expect(JSON.parse(given.stdout)).toEqual({ username: 'alice', roles: 'AUTHOR EDITOR' });
  expect(await roles()).toEqual(['AUTHOR', 'EDITOR']);
  expect((await stage.cli(['users', 'set-roles', 'alice', 'ADMIN'])).stderr).toContain(
    'Make the user an admin instead.',
  );
  await stage.cli(['users', 'set-roles', 'alice']);
  expect(await roles()).toEqual([]);

  await enrol({ client: stage.client, clock: new TestClock() }, token);
  expect(await challengeOf(stage.client)).toEqual(expect.any(String));
  const remove = () => stage.cli(['users', 'remove-second-factor', 'alice', '--json']);
  expect(JSON.parse((await remove()).stdout)).toEqual({ removed: true });
  expect(JSON.parse((await remove()).stdout)).toEqual({ removed: false });
  await stage.signIn('alice', PASSWORD);
  await stage.remove();
});

test('where the setting is off they are told so', async () => {
  const stage = await setStage('sqlite');
  await stage.createUser('alice');
  for (const [args, setting] of [
    [['set-roles', 'alice', 'EDITOR'], 'ROLES'],
    [['remove-second-factor', 'alice'], 'SECOND_FACTOR'],
  ] as const) {
    const { code, stderr } = await stage.cli(['users', ...args]);
    expect(code).not.toBe(0);
    expect(stderr).toContain(`${setting}: off, expected on.`);
  }
  await stage.remove();
});
