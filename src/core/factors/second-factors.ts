import type { Client } from '../../contracts/client.ts';
import type { Clock } from '../../contracts/clock.ts';
import { InvalidInput } from '../../contracts/errors.ts';
import type { Actor, Events } from '../../contracts/events.ts';
import type { SecondFactorRecord, Store, UserRecord } from '../../contracts/store/store.ts';
import { checkText } from '../users/password-policy.ts';
import type { CodeCheck } from '../users/proof.ts';
import type { Challenges } from './challenges.ts';
import { givenRecoveryCode, newRecoveryCodes, recoveryHash } from './recovery-codes.ts';
import type { SealedTexts } from './sealed.ts';
import { givenCode, matchingStep } from './totp.ts';

/** Characters in the longest code that somebody may type, spaces included. */
const MAX_CODE_LENGTH = 64;

/** What is told of a user's second factor. */
export interface SecondFactorState {
  /** When the authenticator app was added; null where there is none, and no code is asked for. */
  readonly addedAt: Date | null;
  readonly recoveryCodesLeft: number;
}

/** What second factors need. */
export interface SecondFactorParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly sealed: SealedTexts;
  readonly challenges: Challenges;
}

/** What a code was accepted as, and the record that says that it was. */
interface Acceptance {
  readonly next: SecondFactorRecord;
  readonly methods: readonly string[];
  readonly isRecovery: boolean;
}

/** How a second factor is bound to a user: a secret that is moved to another user's record opens for nobody. */
export const purposeOf = (userId: string): string => `totp ${userId}`;

/** Authenticator apps (RFC 6238) and recovery codes: each code is accepted once, however many processes are asked at once. */
export class SecondFactors implements CodeCheck {
  readonly #parts: SecondFactorParts;

  constructor(parts: SecondFactorParts) {
    this.#parts = parts;
  }

  /**
   * Ends a sign-in whose password was right, where a code is needed.
   *
   * @param knownAs what the password was counted for; null where others mean another account by it
   * @throws SecondFactorRequired, StoreUnavailable
   */
  async challenge(user: UserRecord, knownAs: string | null): Promise<void> {
    if (await this.isNeeded(user.id)) throw this.#parts.challenges.for(user, knownAs);
  }

  async isNeeded(userId: string): Promise<boolean> {
    return (await this.state(userId)).addedAt !== null;
  }

  async state(userId: string): Promise<SecondFactorState> {
    const record = await this.#parts.store.secondFactors.find(userId);
    const totp = record?.totp ?? null;
    return { addedAt: totp && totp.createdAt, recoveryCodesLeft: totp ? (record?.recoveryHashes.length ?? 0) : 0 };
  }

  async accept(user: Pick<UserRecord, 'id'>, code: string, client: Client): Promise<readonly string[]> {
    checkText('code', code, MAX_CODE_LENGTH);
    const { store, events } = this.#parts;
    for (;;) {
      const record = await store.secondFactors.find(user.id);
      const accepted = record && this.#acceptance(record, code);
      if (accepted === null) {
        events.audit('second_factor_failed', { userId: user.id, client });
        throw wrongCode();
      }
      // Where another request was quicker, with this code or another, it is asked again what is left.
      if (!(await store.secondFactors.replace(record, accepted.next))) continue;
      if (accepted.isRecovery) events.audit('recovery_code_used', { userId: user.id, client });
      return accepted.methods;
    }
  }

  #acceptance(record: SecondFactorRecord, given: string): Acceptance | null {
    const { userId, totp, recoveryHashes } = record;
    if (totp === null) return null;
    const version = record.version + 1;
    const code = givenCode(given);
    if (code !== null) {
      const opened = this.#parts.sealed.open(totp.secret, purposeOf(userId));
      // What is wrong with the server is not for a client to hear, nor to be counted against its user.
      if (opened === null) throw new Error('a second factor was encrypted with a secret that SECOND_FACTOR_KEYS lacks');
      const lastStep = matchingStep(Buffer.from(opened.text, 'base64'), code, this.#parts.clock(), totp.lastStep);
      if (lastStep === null) return null;
      const secret = opened.isStale ? this.#parts.sealed.seal(opened.text, purposeOf(userId)) : totp.secret;
      const next = { ...record, version, totp: { ...totp, secret, lastStep } };
      return { next, methods: ['pwd', 'otp', 'mfa'], isRecovery: false };
    }
    const recovery = givenRecoveryCode(given);
    const hash = recovery && recoveryHash(userId, recovery);
    if (hash === null || !recoveryHashes.includes(hash)) return null;
    const next = { ...record, version, recoveryHashes: recoveryHashes.filter((other) => other !== hash) };
    return { next, methods: ['pwd', 'mfa'], isRecovery: true };
  }

  /** New recovery codes in place of all there are. Null if the user has no second factor. */
  async renewRecoveryCodes(userId: string, client: Client): Promise<readonly string[] | null> {
    const { store, events } = this.#parts;
    for (;;) {
      const record = await store.secondFactors.find(userId);
      if (record === null || record.totp === null) return null;
      const codes = newRecoveryCodes();
      const next = { ...record, version: record.version + 1, recoveryHashes: hashesOf(userId, codes) };
      if (!(await store.secondFactors.replace(record, next))) continue;
      events.audit('recovery_codes_renewed', { userId, client });
      return codes;
    }
  }

  /** Takes the second factor of a user away; recovery codes too. Resolves to whether there was one. */
  async remove(userId: string, by: Actor = {}): Promise<boolean> {
    const { store, events } = this.#parts;
    for (;;) {
      const record = await store.secondFactors.find(userId);
      if (record === null || record.totp === null) return false;
      // The record stays, empty, so that its versions go on: a change that is under way finds another one.
      const next = { userId, version: record.version + 1, totp: null, pending: null, recoveryHashes: [] };
      if (!(await store.secondFactors.replace(record, next))) continue;
      events.audit('second_factor_removed', { ...by, userId });
      return true;
    }
  }
}

/** What is stored of recovery codes as they are shown. */
export const hashesOf = (userId: string, codes: readonly string[]): readonly string[] =>
  codes.map((code) => recoveryHash(userId, code.replaceAll('-', '')));

export const wrongCode = (): InvalidInput =>
  new InvalidInput('code', 'This code is wrong, has expired, or was used before.', 'wrong_code');
