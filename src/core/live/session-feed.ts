import { EventQueue } from './event-queue.ts';
import type { SessionEvent } from './session-event.ts';

/** How long events are remembered: no walk through the store goes further back, and so none is told twice. */
export const HISTORY_MS = 120_000;

interface Reader {
  readonly from: number;
  readonly queue: EventQueue<SessionEvent>;
}

/** Tells users what happens to their sessions, each event once. */
export class SessionFeed {
  readonly #readers = new Map<string, Set<Reader>>();
  readonly #known = new Map<string, SessionEvent>();

  get isRead(): boolean {
    return this.#readers.size > 0;
  }

  /** What happens to the sessions of a user from a moment on. */
  read(userId: string, from: number): AsyncIterableIterator<SessionEvent> {
    const reader: Reader = { from, queue: new EventQueue(() => this.#leave(userId, reader)) };
    const others = this.#readers.get(userId) ?? new Set();
    this.#readers.set(userId, others.add(reader));
    for (const event of this.#known.values()) if (event.session.userId === userId) tell(reader, event);
    return reader.queue;
  }

  /** Tells what is not known yet, and forgets what happened before a moment. */
  learn(events: readonly SessionEvent[], before: number): void {
    for (const event of events) {
      if (this.#known.has(event.id)) continue;
      this.#known.set(event.id, event);
      for (const reader of this.#readers.get(event.session.userId) ?? []) tell(reader, event);
    }
    for (const [id, { at }] of this.#known) if (at.getTime() < before) this.#known.delete(id);
  }

  /** Who reads nothing any more needs no history. */
  #leave(userId: string, reader: Reader): void {
    const readers = this.#readers.get(userId);
    readers?.delete(reader);
    if (readers?.size === 0) this.#readers.delete(userId);
    if (!this.isRead) this.#known.clear();
  }
}

function tell({ from, queue }: Reader, event: SessionEvent): void {
  if (event.at.getTime() >= from) queue.push(event);
}
