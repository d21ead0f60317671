import { TOTP, URI } from 'otpauth';

/** An authenticator app of others, which has read the QR code of an account. */
export class AuthenticatorApp {
  readonly #totp: TOTP;

  constructor(uri: string) {
    const app = URI.parse(uri);
    if (!(app instanceof TOTP)) throw new Error('this is no URI of a TOTP app');
    this.#totp = app;
  }

  /** What it shows. `now`: milliseconds since the epoch. */
  code(now: number): string {
    return this.#totp.generate({ timestamp: now });
  }

  get issuer(): string {
    return this.#totp.issuer;
  }

  get label(): string {
    return this.#totp.label;
  }
}
