import { expect, test } from '@jest/globals';
import { settingsFromEnvironment, settingsFromOptions } from '../../../src/contracts/settings/settings.ts';
import { showSettings } from '../../../src/contracts/settings/shown-settings.ts';
import { ALL_ROOMS } from '../../support/server.ts';

const keys = ALL_ROOMS.SECOND_FACTOR_KEYS;

test('second factors need a key of their own, and a throttle', () => {
  expect(() => settingsFromOptions({ secondFactor: true })).toThrow('secondFactorKeys: not set with secondFactor on');
  expect(() => settingsFromOptions({ secondFactor: true, secondFactorKeys: keys, throttle: false })).toThrow(
    'throttle: off with secondFactor on, so that an attacker with the password could try all codes; expected on.',
  );
  for (const odd of ['short', `${keys},short`, ',', 'x'.repeat(31)]) {
    expect(() => settingsFromEnvironment({ SECOND_FACTOR: 'on', SECOND_FACTOR_KEYS: odd })).toThrow(
      'SECOND_FACTOR_KEYS: got a value that is not shown, expected one or several secrets of at least 32 characters',
    );
  }
  const several = settingsFromEnvironment({ SECOND_FACTOR: 'on', SECOND_FACTOR_KEYS: `${keys}, ${'y'.repeat(32)}` });
  expect(several.secondFactorKeys).toEqual([keys, 'y'.repeat(32)]);
  expect(JSON.stringify(showSettings({ SECOND_FACTOR: 'on', SECOND_FACTOR_KEYS: keys }))).not.toContain(keys);
});

test('all of it is off unless it is switched on, and the name of the service has no colon', () => {
  const off = { roles: false, deviceNames: false, secondFactor: false, stepUp: false, accountSelfService: false };
  expect(settingsFromOptions({})).toMatchObject({ ...off, stepUpMaxAge: 600, totpIssuer: 'graphql-simplejwt' });
  expect(() => settingsFromOptions({ totpIssuer: 'a:b' })).toThrow('totpIssuer');
});

test('rotating keys by the API needs a key ring', () => {
  expect(() => settingsFromEnvironment({ KEY_ADMINISTRATION: 'on' })).toThrow(
    'KEY_ADMINISTRATION: on without JWT_KEYS_DIR, so that there is no key ring to rotate; expected JWT_KEYS_DIR as well.',
  );
  expect(() => settingsFromOptions({ keyAdministration: true })).toThrow('keyAdministration: on without keysDir');
  expect(settingsFromEnvironment({ KEY_ADMINISTRATION: 'on', JWT_KEYS_DIR: 'keys' }).keyAdministration).toBe(true);
});
