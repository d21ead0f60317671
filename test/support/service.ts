import type { TestServer } from './server.ts';

/** What a service was answered; `body` is null where there was none. */
export interface ServiceAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** `Authorization` as HTTP Basic. */
export const basic = (name: string, secret: string): string =>
  `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`;

/** Another program that asks the server about tokens. */
export class Service {
  constructor(
    readonly url: string,
    readonly authorization: string | undefined,
  ) {}

  /** One that the server knows. */
  static async of({ url, auth }: Pick<TestServer, 'url' | 'auth'>, service = 'orders'): Promise<Service> {
    const { name, secret } = await auth.services.create(service);
    return new Service(url, basic(name, secret));
  }

  introspect(token: string): Promise<ServiceAnswer> {
    return this.post('/oauth/introspect', new URLSearchParams({ token }));
  }

  revoke(token: string): Promise<ServiceAnswer> {
    return this.post('/oauth/revoke', new URLSearchParams({ token }));
  }

  post(path: string, body: URLSearchParams | string, headers: Readonly<Record<string, string>> = {}) {
    return this.#send(path, { method: 'POST', body }, headers);
  }

  get(path: string): Promise<ServiceAnswer> {
    return this.#send(path);
  }

  async #send(path: string, request: RequestInit = {}, more: Readonly<Record<string, string>> = {}) {
    const headers = { ...(this.authorization !== undefined && { authorization: this.authorization }), ...more };
    const response = await fetch(new URL(path, this.url), { ...request, headers });
    const text = await response.text();
    const body: unknown = text === '' ? null : JSON.parse(text);
    return { status: response.status, headers: response.headers, body };
  }
}
