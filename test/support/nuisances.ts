import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { print } from 'graphql';
import { TokenObtainPairDocument } from '../generated/operations.ts';
import type { TcpProxy } from './tcp-proxy.ts';

const FAULTS = ['cut', 'stalled', 'deaf', 'mute', 'slow'] as const;
const MOST_HALF_OPEN = 40;

/** Does something again and again, with pauses of this length on the average, until the signal. */
export async function again(signal: AbortSignal, pause: number, work: () => unknown): Promise<void> {
  while (!signal.aborted) {
    await work();
    await delay(randomInt(Math.max(1, pause * 2)));
  }
}

/** Breaks a line for a while, in one way or another. */
export async function breakLine(proxy: TcpProxy): Promise<void> {
  proxy.suffer(FAULTS[randomInt(FAULTS.length)] ?? 'cut');
  await delay(randomInt(100, 700));
  proxy.mend();
}

/** A client that signs in and leaves before it is answered. */
export async function leaveEarly(url: string, variables: { username: string; password: string }): Promise<void> {
  const body = JSON.stringify({ query: print(TokenObtainPairDocument), variables });
  const signal = AbortSignal.timeout(randomInt(1, 30));
  const sent = fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body, signal });
  await sent.then((response) => response.text()).catch(() => {}); // it has left, or the server is gone
}

/** Clients that send a part of a request, some of them a byte at a time, and then nothing. */
export class HalfOpen {
  readonly #sockets: Socket[] = [];
  /** How many there were. */
  count = 0;

  async open(url: string): Promise<void> {
    const { hostname, port, pathname } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {}).resume();
    const text = `POST ${pathname} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"query":`;
    const begun = text.slice(0, randomInt(text.length));
    await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => {});
    if (randomInt(4) > 0) socket.write(begun);
    else for (const byte of begun.slice(0, 20)) await delay(10, socket.write(byte));
    this.count += 1;
    this.#sockets.push(socket);
    if (this.#sockets.length > MOST_HALF_OPEN) this.#sockets.shift()?.destroy();
  }

  close(): void {
    for (const socket of this.#sockets.splice(0)) socket.destroy();
  }
}
