import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../contracts/clock.ts';
import { InvalidInput } from '../../contracts/errors.ts';
import type { Client } from '../../contracts/hooks.ts';
import { SERVICE_SCOPES } from '../../contracts/store/service-scopes.ts';
import type { ServiceRecord, ServiceScope, Store } from '../../contracts/store/store.ts';
import type { Throttle } from '../throttle/throttle.ts';

/** A service as the program hands it out: all but what its secret is checked against. */
export interface Service extends Pick<ServiceRecord, 'name' | 'createdAt' | 'audience'> {
  readonly scopes: readonly ServiceScope[];
}

/** What a service is made for. */
export interface ServiceGrant {
  /** Its tokens are those with this `aud`. Default: all tokens. */
  readonly audience?: string | undefined;
  /** What it may do. Default: everything. */
  readonly scopes?: readonly string[] | undefined;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** Visible ASCII without the comma, which separates audiences in `JWT_AUDIENCE`. */
const AUDIENCE = /^[!-+\--~]{1,255}$/;
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
   * @example
   * ```ts
   * const { secret } = await auth.services.create('orders', { audience: 'orders', scopes: ['introspect', 'feed'] });
   * ```
   *
   * @throws InvalidInput if the name is none, or taken, or if the audience or a scope is none; StoreUnavailable
   */
  async create(name: string, grant: ServiceGrant = {}): Promise<Service & { readonly secret: string }> {
    if (!NAME.test(name)) {
      const accepted = 'up to 64 letters, digits, dots, hyphens and underscores, beginning with a letter or a digit';
      throw new InvalidInput('name', `A service cannot be named ${JSON.stringify(name)}; expected ${accepted}.`);
    }
    const granted = { audience: readAudience(grant), scopes: readScopes(grant) };
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    const createdAt = new Date(this.#parts.clock());
    // No bcrypt, as for passwords: nobody tries 2^256 secrets, and this is asked with every request.
    const record = { name, secretHash: hashOf(secret).toString('base64url'), createdAt, ...granted };
    if (await this.#parts.store.services.insert(record)) return { ...toService(record), secret };
    const remedy = 'Delete it first for a new secret, or choose another name.';
    throw new InvalidInput('name', `There is a service named "${name}" already. ${remedy}`);
  }

  /** All services, by name. */
  async list(): Promise<Service[]> {
    return (await this.#parts.store.services.list()).map(toService);
  }

  /** Refuses a service from now on. Resolves to whether there was one of this name. */
  delete(name: string): Promise<boolean> {
    return this.#parts.store.services.delete(name);
  }

  /**
   * The service whose name and secret these are; null if they are nobody's. Only wrong ones are counted, and only those
   * have to wait: a service asks all the time, and what others do at its address must not stop it.
   *
   * @throws Throttled, StoreUnavailable
   */
  async authenticate(
    { name, secret }: { readonly name: string; readonly secret: string },
    client: Client,
  ): Promise<Service | null> {
    const service = NAME.test(name) ? await this.#parts.store.services.find(name) : null;
    const expected = service === null ? Buffer.alloc(SECRET_BYTES) : Buffer.from(service.secretHash, 'base64url');
    const matches = timingSafeEqual(hashOf(secret), expected);
    if (service !== null && matches) return toService(service);
    await this.#parts.throttle.attempt('service_credentials', { client }, () => {});
    return null;
  }
}

const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

const toService = ({ name, createdAt, audience, scopes }: ServiceRecord): Service => ({
  name,
  createdAt,
  audience,
  scopes: scopes ?? SERVICE_SCOPES,
});

/** @throws InvalidInput */
function readAudience({ audience }: ServiceGrant): string | null {
  if (audience === undefined) return null;
  if (AUDIENCE.test(audience)) return audience;
  const accepted = 'up to 255 visible ASCII characters without a comma, as in JWT_AUDIENCE';
  throw new InvalidInput('audience', `An audience cannot be ${JSON.stringify(audience)}; expected ${accepted}.`);
}

/** @throws InvalidInput */
function readScopes({ scopes = SERVICE_SCOPES }: ServiceGrant): readonly ServiceScope[] {
  const odd = scopes.find((given) => !SERVICE_SCOPES.some((scope) => scope === given));
  if (odd === undefined && scopes.length > 0) return SERVICE_SCOPES.filter((scope) => scopes.includes(scope));
  const got = odd === undefined ? 'nothing' : JSON.stringify(odd);
  throw new InvalidInput(
    'scopes',
    `A service cannot be allowed ${got}; expected some of ${SERVICE_SCOPES.join(', ')}.`,
  );
}
