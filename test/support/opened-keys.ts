import jwt from 'jsonwebtoken';
import { settingsFromOptions } from '../../src/contracts/settings/settings.ts';
import type { SettingsInput } from '../../src/contracts/settings/settings-table.ts';
import { loadKeys, type KeySource } from '../../src/core/keys/token-keys.ts';
import { TokenCodec } from '../../src/core/tokens/token-codec.ts';
import { TestClock } from './server.ts';

export const DAY = 86_400;

/** The keys of some settings, and a codec that has them. */
interface OpenedKeys {
  readonly keys: KeySource;
  readonly codec: TokenCodec;
  /** A token of this type and of a day. */
  readonly sign: (type: string) => string;
  /** The type of a token that is accepted, or the reason why it is not. */
  readonly verdictOn: (token: string) => Promise<unknown>;
}

/** Opens keys as servers do that share a clock, and closes them all. */
export class KeyOpener {
  readonly clock = new TestClock();
  readonly #opened: KeySource[] = [];

  async open(options: SettingsInput): Promise<OpenedKeys> {
    const settings = settingsFromOptions(options);
    const keys = await loadKeys(settings, { clock: this.clock.read });
    this.#opened.push(keys);
    const codec = new TokenCodec({ settings, keys, clock: this.clock.read });
    const sign = (type: string) => codec.sign(this.claims(type));
    const verdictOn = (token: string) =>
      codec.verify(token).then(
        (verified): unknown => verified.type,
        (error: unknown) => (error as { readonly reason: string }).reason,
      );
    return { keys, codec, sign, verdictOn };
  }

  claims(type: string | undefined) {
    return { token_type: type, exp: this.clock.seconds + DAY, jti: 'a', user_id: '1' };
  }

  close(): void {
    for (const keys of this.#opened) keys.close();
  }
}

export const headerOf = (token: string) => jwt.decode(token, { complete: true })?.header;
