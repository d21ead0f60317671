import type { JsonValue } from '../../contracts/claims.ts';
import type { Client } from '../../contracts/client.ts';
import type { Clock } from '../../contracts/clock.ts';
import { OwnAccount } from '../../contracts/errors.ts';
import type { Events } from '../../contracts/events.ts';
import type { User } from '../../contracts/hooks.ts';
import { KEPT_EVENTS } from '../../contracts/store/mail-store.ts';
import type { AccountEventRecord, SessionRecord, Store } from '../../contracts/store/store.ts';
import type { Credentials, Proof } from '../users/proof.ts';
import type { UserService } from '../users/user-service.ts';

/** What leaving needs. */
export interface LeavingParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly users: UserService;
  readonly proof: Proof;
  /** Notes what happens to accounts. Left out where users are not told. */
  readonly notices?: { settled(): Promise<void> } | undefined;
}

/** Lets users take what is stored about them, and go. */
export class Leaving {
  readonly #parts: LeavingParts;

  constructor(parts: LeavingParts) {
    this.#parts = parts;
  }

  /**
   * All that is stored about a user, but for what only proves who they are: the password hash, secrets and codes.
   *
   * @throws StoreUnavailable
   */
  async export(account: User, client: Client): Promise<Readonly<Record<string, JsonValue>>> {
    const { store, clock, events, notices } = this.#parts;
    await notices?.settled();
    const [sessions, factors, happened] = await Promise.all([
      store.sessions.listAll(account.id),
      store.secondFactors.find(account.id),
      store.accountEvents.list(account.id, KEPT_EVENTS),
    ]);
    const secondFactor = factors?.totp
      ? { addedAt: factors.totp.createdAt, recoveryCodesLeft: factors.recoveryHashes.length }
      : null;
    events.audit('account_exported', { userId: account.id, client });
    const told = { account, secondFactor, sessions: sessions.map(toldOf), securityEvents: happened.map(eventOf) };
    return JSON.parse(JSON.stringify({ exportedAt: new Date(clock()), ...told })) as Record<string, JsonValue>; // moments become texts
  }

  /**
   * Deletes the account of a user, and what their sessions tell of them. The ends of the sessions stay until their tokens would have
   * expired, so that services hear of them.
   *
   * @throws InvalidInput, OwnAccount if it is that of an admin, NoActiveAccount, Overloaded, StoreUnavailable
   */
  async delete(userId: string, credentials: Credentials, client: Client): Promise<void> {
    const { store, users, proof, notices } = this.#parts;
    const { record } = await proof.prove(userId, credentials, client);
    if (record.isAdmin) {
      throw new OwnAccount(
        'The account of an admin cannot be deleted here. Have another admin take the role away first.',
      );
    }
    await notices?.settled(); // or what is being noted would be there after all
    await users.delete(userId);
    await store.sessions.anonymize(userId);
  }
}

/** Without the names of its tokens. */
function toldOf({ jti: _jti, previousJti: _previous, userId: _user, replay, ...session }: SessionRecord) {
  return { ...session, replays: replay?.reported ?? null };
}

const eventOf = ({ event, at, userAgent, ipAddress }: AccountEventRecord) => ({ event, at, userAgent, ipAddress });
