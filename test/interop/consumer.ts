import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { VerifierProcess } from '../support/verifier-process.ts';
import { AUDIENCE, ISSUER, startIssuer, USER_ID, type Forgery, type Issuer } from './issuer.ts';

/** Software that is given an access token. */
export interface Consumer {
  /** Resolves to `accepted USER_ID`, or to `refused REASON`; rejects where it came to no verdict. */
  verdictOn(token: string): Promise<string>;
  stop?(): void | Promise<void>;
}

export interface ConsumerSuite {
  /** Starts it, once the server runs whose keys it reads. */
  readonly start: (issuer: Issuer) => Consumer | Promise<Consumer>;
  /** The reasons it has: each has to be the right one, or it may be a slip of the test that is refused. */
  readonly reasons: Readonly<Record<Forgery, string>>;
}

/** A program that reads tokens by what it is given: the URL of the keys, the issuer and the audience. */
export function processOf(command: string, script: URL): ConsumerSuite['start'] {
  return ({ jwksUrl }) => {
    const verifier = new VerifierProcess(command, script, [jwksUrl, ISSUER, AUDIENCE]);
    return { verdictOn: (token) => verifier.verify(token), stop: () => verifier.end() };
  };
}

/** Shows that software nobody here wrote reads our tokens by the published keys, and refuses what is forged. */
export function describeConsumer(name: string, { start, reasons }: ConsumerSuite): void {
  describe(`${name}, by the published keys of a server`, () => {
    let issuer: Issuer;
    let consumer: Consumer;
    beforeAll(async () => {
      issuer = await startIssuer();
      consumer = await start(issuer);
    });
    afterAll(async () => {
      await consumer.stop?.();
      await issuer.remove();
    });
    const accepted = `accepted ${USER_ID}`;

    test('accepts an access token', async () => {
      for (const token of Object.values(issuer.accepted)) expect(await consumer.verdictOn(token)).toBe(accepted);
    });

    test.each(Object.entries(reasons) as [Forgery, string][])('refuses %s: %s', async (forgery, reason) => {
      expect(await consumer.verdictOn(issuer.forged[forgery])).toBe(`refused ${reason}`);
    });

    test('takes a new key by itself, and keeps the former one', async () => {
      expect(await consumer.verdictOn(await issuer.rotate())).toBe(accepted);
      expect(await consumer.verdictOn(issuer.accepted['as issued'])).toBe(accepted);
    });
  });
}
