import { createPrivateKey, createSecretKey, type JsonWebKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';
import { settingsFromOptions } from '../../src/contracts/settings/settings.ts';
import type { SettingsInput } from '../../src/contracts/settings/settings-table.ts';
import { KeyKeeper } from '../../src/core/keys/key-keeper.ts';

/** The keeper of a ring, on the time of a test. */
export const keeperOf = (folder: string, clock = () => Date.now(), options: SettingsInput = {}): KeyKeeper =>
  new KeyKeeper(settingsFromOptions({ keysDir: folder, ...options }), clock);

/** What only the file of a key holds. */
export function jwkIn(folder: string, kid: string): JsonWebKey {
  return (JSON.parse(readFileSync(join(folder, `${kid}.json`), 'utf8')) as { jwk: JsonWebKey }).jwk;
}

/** A token signed as a thief of a key's file would, with any header. */
export function signWith(
  jwk: JsonWebKey,
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
): string {
  const key =
    jwk.kty === 'oct'
      ? createSecretKey(Buffer.from(String(jwk['k']), 'base64url'))
      : createPrivateKey({ key: jwk, format: 'jwk' });
  const algorithm = jwk['alg'] as jwt.Algorithm;
  const named = { alg: algorithm, typ: 'JWT', kid: jwk['kid'], ...header } as unknown as jwt.JwtHeader;
  return jwt.sign(JSON.stringify(claims), key, { algorithm, header: named });
}

/** The `kid` of a token, whoever signed it. */
export const kidOf = (token: string | null): unknown => jwt.decode(token ?? '', { complete: true })?.header.kid;

/**
 * Resolves once the condition holds; a server looks at its ring about once a second. Rejects where it has not held after so many
 * seconds, counted in timers: those of a busy machine are longer.
 */
export async function until(condition: () => boolean | Promise<boolean>, seconds = Infinity): Promise<void> {
  for (let ticks = 0; !(await condition()); ticks += 1) {
    if (ticks > seconds * 20) throw new Error(`It did not come about in ${seconds} seconds: ${String(condition)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
