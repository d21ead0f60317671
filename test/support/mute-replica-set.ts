import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { mongo } from 'mongoose';

const { serialize, deserialize } = mongo.BSON;
const OP_QUERY = 2004;
const OP_REPLY = 1;
const OP_MSG = 2013;
const HEADER = 16;

/**
 * A primary of a replica set, as far as the driver sees: it greets, answers heartbeats, and says nothing to any other command. The
 * driver takes writes to a replica set for ones that can be tried again.
 */
export class MuteReplicaSet {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static async start(): Promise<MuteReplicaSet> {
    const set = new MuteReplicaSet();
    set.#server.listen(0, '127.0.0.1');
    await once(set.#server, 'listening');
    return set;
  }

  get uri(): string {
    return `mongodb://${this.#host}/mute?replicaSet=mute`;
  }

  get #host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    let received = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 4 && received.length >= received.readInt32LE(0)) {
        const length = received.readInt32LE(0);
        this.#answer(socket, received.subarray(0, length));
        received = received.subarray(length);
      }
    });
  }

  #answer(socket: Socket, message: Buffer): void {
    const [id, code] = [message.readInt32LE(4), message.readInt32LE(12)];
    const isQuery = code === OP_QUERY;
    // Behind the flags: the collection's name and two numbers, or the kind of the first section.
    const start = isQuery ? message.indexOf(0, HEADER + 4) + 9 : HEADER + 5;
    const [name = ''] = Object.keys(deserialize(message.subarray(start)));
    if (!/^(hello|ismaster)$/i.test(name)) return;
    const body = Buffer.from(serialize(this.#greeting()));
    const head = isQuery ? Buffer.alloc(20) : Buffer.alloc(5);
    if (isQuery) head.writeInt32LE(1, 16); // one document
    const header = Buffer.alloc(HEADER);
    header.writeInt32LE(HEADER + head.length + body.length, 0);
    header.writeInt32LE(id, 8);
    header.writeInt32LE(isQuery ? OP_REPLY : OP_MSG, 12);
    socket.write(Buffer.concat([header, head, body]));
  }

  #greeting() {
    return {
      ok: 1,
      helloOk: true,
      isWritablePrimary: true,
      ismaster: true,
      setName: 'mute',
      setVersion: 1,
      hosts: [this.#host],
      primary: this.#host,
      me: this.#host,
      maxBsonObjectSize: 16_777_216,
      maxMessageSizeBytes: 48_000_000,
      maxWriteBatchSize: 100_000,
      localTime: new Date(),
      logicalSessionTimeoutMinutes: 30,
      minWireVersion: 0,
      maxWireVersion: 21,
    };
  }
}
