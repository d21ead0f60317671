import { randomBytes } from 'node:crypto';
import type { Client } from '../../contracts/client.ts';
import type { Clock } from '../../contracts/clock.ts';
import { InvalidInput } from '../../contracts/errors.ts';
import type { Events } from '../../contracts/events.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { Store, UserRecord } from '../../contracts/store/store.ts';
import { base32 } from './base32.ts';
import { newRecoveryCodes } from './recovery-codes.ts';
import type { SealedTexts } from './sealed.ts';
import { hashesOf, purposeOf, wrongCode } from './second-factors.ts';
import { givenCode, matchingStep, otpauthUri, SECRET_BYTES } from './totp.ts';

/** How long an app that was set up waits for its first code. */
const PATIENCE_MS = 15 * 60_000;

/** What an authenticator app needs to know. */
export interface AppSecret {
  /** To be typed: base32. */
  readonly secret: string;
  /** To be shown as a QR code, or opened on the phone. */
  readonly uri: string;
}

/** What enrolment needs. */
export interface EnrolmentParts {
  readonly store: Store;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly events: Events;
  readonly sealed: SealedTexts;
}

/** Adds authenticator apps to accounts: set up first, and counted once a code of the app was seen. */
export class Enrolment {
  readonly #parts: EnrolmentParts;

  constructor(parts: EnrolmentParts) {
    this.#parts = parts;
  }

  /** Makes a secret for an app, which replaces one that waits. An app that counts goes on until this one is confirmed. */
  async begin({ id: userId, username }: UserRecord): Promise<AppSecret> {
    const { store, settings, clock, sealed } = this.#parts;
    const bytes = randomBytes(SECRET_BYTES);
    const secret = sealed.seal(bytes.toString('base64'), purposeOf(userId));
    const pending = { secret, createdAt: new Date(clock()) };
    for (;;) {
      const record = await store.secondFactors.find(userId);
      const kept = record ?? { userId, version: 0, totp: null, recoveryHashes: [] };
      if (!(await store.secondFactors.replace(record, { ...kept, version: kept.version + 1, pending }))) continue;
      return { secret: base32(bytes), uri: otpauthUri(bytes, { issuer: settings.totpIssuer, account: username }) };
    }
  }

  /**
   * Makes the app count that was set up, once it shows the right code. Resolves to new recovery codes, which are shown this once.
   *
   * @throws InvalidInput if the code is wrong, or no app waits; StoreUnavailable
   */
  async confirm(userId: string, given: string, client: Client): Promise<readonly string[]> {
    const { store, clock, events, sealed } = this.#parts;
    for (;;) {
      const record = await store.secondFactors.find(userId);
      const pending = record?.pending ?? null;
      if (record === null || pending === null || clock() - pending.createdAt.getTime() > PATIENCE_MS) {
        throw new InvalidInput('code', 'No authenticator app waits for a code. Set one up first, and confirm it soon.');
      }
      const opened = sealed.open(pending.secret, purposeOf(userId));
      const code = givenCode(given);
      if (opened === null || code === null) throw wrongCode();
      const lastStep = matchingStep(Buffer.from(opened.text, 'base64'), code, clock(), -1);
      if (lastStep === null) throw wrongCode();
      const codes = newRecoveryCodes();
      const next = {
        userId,
        version: record.version + 1,
        totp: { secret: pending.secret, createdAt: new Date(clock()), lastStep },
        pending: null,
        recoveryHashes: hashesOf(userId, codes),
      };
      if (!(await store.secondFactors.replace(record, next))) continue;
      events.audit('second_factor_added', { userId, client });
      return codes;
    }
  }
}
