import { expect, test } from '@jest/globals';
import { SettingsError } from '../../src/contracts/settings/settings.ts';
import { loadModule } from '../../src/stores/load-module.ts';

const names = { setting: 'MONGODB_URI', needs: 'mongoose' };
const failure = (code: string) => Object.assign(new Error('Cannot find it'), { code });

test.each(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'])(
  'a store whose package gives %s says what to install',
  async (code) => {
    const cause = failure(code);
    const error: unknown = await loadModule(Promise.reject(cause), names).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SettingsError);
    expect(error).toMatchObject({
      cause,
      message: expect.stringMatching(/^MONGODB_URI: .* package mongoose, .* expected .*: npm install mongoose$/),
    });
  },
);

test('any other failure to load it is what it is', async () => {
  const cause = failure('ERR_DLOPEN_FAILED');
  await expect(loadModule(Promise.reject(cause), names)).rejects.toBe(cause);
});
