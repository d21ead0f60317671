import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../contracts/clock.ts';
import { InvalidInput } from '../../contracts/errors.ts';
import type { Client } from '../../contracts/hooks.ts';
import type { ServiceRecord, Store } from '../../contracts/store/store.ts';
import type { Throttle } from '../throttle/throttle.ts';

/** A service as the program hands it out: all but what its secret is checked against. */
export type Service = Omit<ServiceRecord, 'secretHash'>;

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const SECRET_BYTES = 32;

/** What the check needs. */
export interface CredentialParts {
  readonly store: Store;
  readonly throttle: Throttle;
  readonly clock: Clock;
}

/** The services that may ask about tokens: a name and a secret each (RFC 6749 2.3.1). */
export class ServiceCredentials {
  readonly #parts: CredentialParts;

  constructor(parts: CredentialParts) {
    this.#parts = parts;
  }

  /**
   * Makes a service. The secret is told here and nowhere else: what is kept tells whether a secret is the right one.
   *
   * @throws InvalidInput if the name is none, or taken; StoreUnavailable
   */
  async create(name: string): Promise<Service & { readonly secret: string }> {
    if (!NAME.test(name)) {
      const accepted = 'up to 64 letters, digits, dots, hyphens and underscores, beginning with a letter or a digit';
      throw new InvalidInput('name', `A service cannot be named ${JSON.stringify(name)}; expected ${accepted}.`);
    }
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    const createdAt = new Date(this.#parts.clock());
    // No bcrypt, as for passwords: nobody tries 2^256 secrets, and this is asked with every request.
    const secretHash = hashOf(secret).toString('base64url');
    if (await this.#parts.store.services.insert({ name, secretHash, createdAt })) return { name, createdAt, secret };
    const remedy = 'Delete it first for a new secret, or choose another name.';
    throw new InvalidInput('name', `There is a service named "${name}" already. ${remedy}`);
  }

  /** All services, by name. */
  async list(): Promise<Service[]> {
    return (await this.#parts.store.services.list()).map(({ name, createdAt }) => ({ name, createdAt }));
  }

  /** Refuses a service from now on. Resolves to whether there was one of this name. */
  delete(name: string): Promise<boolean> {
    return this.#parts.store.services.delete(name);
  }

  /**
   * Whether these are a service's name and secret. Only wrong ones are counted, and only those have to wait: a service
   * asks all the time, and what others do at its address must not stop it.
   *
   * @throws Throttled, StoreUnavailable
   */
  async areValid({ name, secret }: { name: string; secret: string }, client: Client): Promise<boolean> {
    const service = NAME.test(name) ? await this.#parts.store.services.find(name) : null;
    const expected = service === null ? Buffer.alloc(SECRET_BYTES) : Buffer.from(service.secretHash, 'base64url');
    const matches = timingSafeEqual(hashOf(secret), expected);
    if (service !== null && matches) return true;
    await this.#parts.throttle.attempt('service_credentials', { client }, () => {});
    return false;
  }
}

const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();
