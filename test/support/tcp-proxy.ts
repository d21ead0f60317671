import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * What is wrong with the line:
 * - `cut`: every connection is broken, and none can be made;
 * - `stalled`: connections are taken, and nothing passes;
 * - `deaf`: what clients send is lost, what they are sent passes;
 * - `mute`: what clients send passes, the answers are lost;
 * - `slow`: all passes, late.
 */
type Fault = 'cut' | 'stalled' | 'deaf' | 'mute' | 'slow';

const SLOW_MS = 40;

/** A TCP proxy on 127.0.0.1 that a test breaks and mends. */
export class TcpProxy {
  readonly #target: { readonly host: string; readonly port: number };
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #lateFor = new WeakMap<Socket, number>();
  #fault: Fault | null = null;
  #late: { readonly word: string; readonly milliseconds: number } | null = null;

  private constructor(target: { host: string; port: number }) {
    this.#target = target;
    this.#server = createServer((client) => this.#accept(client));
  }

  static async to(host: string, port: number): Promise<TcpProxy> {
    const proxy = new TcpProxy({ host, port });
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  #accept(client: Socket): void {
    if (this.#fault === 'cut') {
      client.destroy();
      return;
    }
    const upstream = connect(this.#target);
    let lateness = 0;
    client.on('data', (chunk) => {
      if (this.#late === null || !chunk.includes(this.#late.word)) return;
      lateness = this.#late.milliseconds;
      this.#late = null;
    });
    for (const [socket, other, deafening] of [
      [client, upstream, 'deaf'],
      [upstream, client, 'mute'],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.on('data', (chunk) => {
        if (socket === client || lateness === 0) return this.#pass(chunk, other, deafening);
        setTimeout(() => this.#pass(chunk, other, deafening), lateness);
        lateness = 0;
        return undefined;
      });
    }
  }

  #pass(chunk: Buffer, to: Socket, deafening: Fault): void {
    if (this.#fault === 'stalled' || this.#fault === deafening) return;
    const late = this.#lateFor.get(to) ?? 0;
    // Nothing overtakes what is on its way.
    if (this.#fault !== 'slow' && late === 0) {
      to.write(chunk);
      return;
    }
    this.#lateFor.set(to, late + 1);
    setTimeout(() => {
      this.#lateFor.set(to, (this.#lateFor.get(to) ?? 1) - 1);
      to.write(chunk);
    }, SLOW_MS);
  }

  #breakAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  suffer(fault: Fault): void {
    this.#fault = fault;
    if (fault === 'cut') this.#breakAll();
  }

  /** The answer to the next request that has this word arrives so much later; other connections notice nothing. */
  delayAnswerTo(word: string, milliseconds: number): void {
    this.#late = { word, milliseconds };
  }

  /** Connections of which something was lost are of no use to anybody. */
  mend(): void {
    if (this.#fault !== null && this.#fault !== 'slow') this.#breakAll();
    this.#fault = null;
  }

  async close(): Promise<void> {
    this.suffer('cut');
    this.#server.close();
    await once(this.#server, 'close');
  }
}
