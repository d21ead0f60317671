import { SettingsError } from '../contracts/settings/settings-error.ts';

/** @throws SettingsError */
export function refuse(problem: string): never {
  throw new SettingsError([problem]);
}

/** @throws SettingsError */
export function expectSeconds(name: string, given: number | undefined): void {
  if (given === undefined || (given > 0 && Number.isFinite(given))) return;
  refuse(`${name}: got ${String(given)}, expected a number of seconds above 0.`);
}

/**
 * Refuses what is no `jwksUrl`, and a key beside it.
 *
 * @throws SettingsError
 */
export function expectJwksUrl(jwksUrl: string, key: string | undefined): void {
  if (key !== undefined) refuse('key: given with jwksUrl, whose keys verify; expected one of them alone.');
  if (/^https?:/.test(jwksUrl) && URL.canParse(jwksUrl)) return;
  refuse(`jwksUrl: got ${JSON.stringify(jwksUrl)}, expected an https or http URL.`);
}
