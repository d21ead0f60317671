import { SettingsError } from '../contracts/settings/settings.ts';

/** What Node.js says where a package, or its binary for this platform, is not there. */
const MISSING = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']);

/**
 * Waits for the module that opens a store. Its package is optional: `npm install --omit=optional` leaves it out.
 *
 * @throws SettingsError that begins with the setting and names the package, where it is not installed
 */
export async function loadModule<Module>(
  module: Promise<Module>,
  { setting, needs }: { readonly setting: string; readonly needs: string },
): Promise<Module> {
  try {
    return await module;
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && MISSING.has(String(cause.code)))) throw cause;
    const problem = `${setting}: this store needs the package ${needs}, which is not installed for this platform`;
    throw new SettingsError([`${problem}; expected it beside graphql-simplejwt: npm install ${needs}`], { cause });
  }
}
