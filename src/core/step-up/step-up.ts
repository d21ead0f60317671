import type { Client } from '../../contracts/client.ts';
import type { Clock } from '../../contracts/clock.ts';
import { InvalidInput, SessionRevoked } from '../../contracts/errors.ts';
import type { Events } from '../../contracts/events.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { Store } from '../../contracts/store/store.ts';
import type { Authenticated } from '../tokens/authenticator.ts';
import { expectDemands } from '../tokens/demands.ts';
import { handedOn, type MintedToken, type TokenMinter } from '../tokens/token-minter.ts';
import { toUser } from '../sessions/account.ts';
import type { Credentials, Proof } from '../users/proof.ts';

/** What stepping up needs. */
export interface StepUpParts {
  readonly store: Store;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly events: Events;
  readonly minter: TokenMinter;
  readonly proof: Proof;
}

/** What stepping up answers. */
export interface SteppedUp {
  readonly authenticatedAt: Date;
  /** An access token that tells of it; null for the holder of a sliding token, whose next refresh does. */
  readonly access: MintedToken | null;
}

/** Has users prove again who they are, before what a stolen session must not do. */
export class StepUp {
  readonly #parts: StepUpParts;

  constructor(parts: StepUpParts) {
    this.#parts = parts;
  }

  /** @throws StepUpRequired if the caller signed in too long ago */
  expectRecent({ authentication }: Authenticated): void {
    const { settings, clock } = this.#parts;
    expectDemands([{ maxAge: settings.stepUpMaxAge }], null, authentication, clock());
  }

  /**
   * Makes the sign-in of a session recent again, given the password and, with a second factor, a code.
   *
   * @throws InvalidInput, NoActiveAccount, SessionRevoked, Overloaded, StoreUnavailable
   */
  async renew({ token }: Authenticated, userId: string, credentials: Credentials, client: Client): Promise<SteppedUp> {
    const { store, settings, events, minter, proof } = this.#parts;
    const { sessionId } = token;
    if (sessionId === null) {
      throw new InvalidInput('token', 'This token belongs to no session. Sign in again.', 'session_not_found');
    }
    const { record, authentication } = await proof.prove(userId, credentials, client);
    const isNoted = await store.sessions.reauthenticate(sessionId, authentication);
    const session = isNoted ? await store.sessions.find(sessionId) : null;
    if (session === null) throw new SessionRevoked();
    events.audit('stepped_up', { userId, sessionId, client });
    const described = handedOn(token.claims, settings.userIdClaim, token.userId);
    const access = token.type === 'access' ? minter.access(described, session, toUser(record)) : null;
    return { authenticatedAt: authentication.at, access };
  }
}
