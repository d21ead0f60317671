/** A browser that delivers messages late or never, and hands on locks: what the pages of one origin share. */
export class Platform {
  readonly kept = new Map<string, string>();
  /** Called with each item that is written. */
  onWrite: (value: string) => void = () => {};
  readonly #channels = new Set<FakeChannel>();
  readonly #held = new Map<string, Promise<unknown>>();

  /** @param fate of each message: milliseconds until it arrives, or null if it never does */
  constructor(readonly fate: () => number | null) {}

  install(): void {
    const { kept, onWrite } = this;
    const newChannel = (name: string) => new FakeChannel(this, name);
    Object.assign(globalThis, {
      document: {},
      localStorage: {
        getItem: (key: string) => kept.get(key) ?? null,
        setItem: (key: string, value: string) => {
          kept.set(key, value);
          onWrite(value);
        },
        removeItem: (key: string) => kept.delete(key),
      },
      // What a constructor returns is what `new` gives.
      BroadcastChannel: function BroadcastChannel(name: string) {
        return newChannel(name);
      },
    });
    Object.defineProperty(globalThis, 'navigator', { value: { locks: this }, configurable: true });
  }

  join(channel: FakeChannel): void {
    this.#channels.add(channel);
  }

  leave(channel: FakeChannel): void {
    this.#channels.delete(channel);
  }

  post(from: FakeChannel, data: unknown): void {
    for (const channel of this.#channels) {
      const ms = channel === from || channel.name !== from.name ? null : this.fate();
      if (ms !== null) setTimeout(() => this.#channels.has(channel) && channel.deliver(structuredClone(data)), ms);
    }
  }

  /** W3C Web Locks, as far as a client needs them. */
  async request(name: string, { signal }: { signal: AbortSignal }, run: () => Promise<unknown>): Promise<unknown> {
    const before = this.#held.get(name) ?? Promise.resolve();
    let release: () => void = () => {};
    this.#held.set(
      name,
      before.then(() => new Promise<void>((resolve) => (release = resolve))),
    );
    const aborted = new Promise<'aborted'>((resolve) => signal.addEventListener('abort', () => resolve('aborted')));
    if ((await Promise.race([before, aborted])) === 'aborted') {
      void before.then(() => setTimeout(() => release()));
      throw new DOMException('too late', 'AbortError');
    }
    await Promise.resolve(); // `release` is there now
    try {
      return await run();
    } finally {
      release();
    }
  }
}

class FakeChannel {
  readonly #platform: Platform;
  readonly #listeners: ((event: { data: unknown }) => void)[] = [];

  constructor(
    platform: Platform,
    readonly name: string,
  ) {
    this.#platform = platform;
    platform.join(this);
  }
  addEventListener(_type: 'message', listener: (event: { data: unknown }) => void): void {
    this.#listeners.push(listener);
  }
  postMessage(data: unknown): void {
    this.#platform.post(this, data);
  }
  deliver(data: unknown): void {
    for (const listener of this.#listeners) listener({ data });
  }
  close(): void {
    this.#platform.leave(this);
  }
}
