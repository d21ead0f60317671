import type { Clock } from '../../contracts/clock.ts';

/** Of one name, so many attempts wait for others; the next is refused. As many as passwords wait to be checked. */
const MAX_WAITING = 64;

/** An attempt that began longer ago waits no more, as a password does not: its client has given up, or asks again. */
const MAX_WAIT_MS = 5000;

/** One that waits. */
interface Waiting {
  /** When its attempt began. */
  readonly since: number;
  readonly goOn: (mayHaveRoom: boolean) => void;
}

/** The attempts of one name. */
interface Group {
  pending: number;
  waiting: readonly Waiting[];
}

/**
 * The attempts of this process that are counted, and of which it is not known yet whether they were right. Those that find no
 * room wait for them: what was right is taken back, and makes room.
 */
export class Pending {
  readonly #groups = new Map<string, Group>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many there are. */
  count(name: string): number {
    return this.#groups.get(name)?.pending ?? 0;
  }

  begin(name: string): void {
    const group = this.#groups.get(name) ?? { pending: 0, waiting: [] };
    group.pending += 1;
    this.#groups.set(name, group);
  }

  /** Ends one that was begun; `hasMadeRoom` where it was taken back. */
  end(name: string, hasMadeRoom: boolean): void {
    const group = this.#groups.get(name);
    if (group === undefined) return;
    group.pending -= 1;
    if (group.pending === 0) this.#groups.delete(name);
    const mayHaveRoom = hasMadeRoom || group.pending === 0;
    const { waiting } = group;
    group.waiting = mayHaveRoom ? [] : waiting.filter(({ since }) => !this.#isLate(since));
    for (const { since, goOn } of waiting) {
      const isLate = this.#isLate(since);
      if (mayHaveRoom || isLate) goOn(!isLate);
    }
  }

  /**
   * Resolves to true once there may be room, or nothing is pending any more; to false where nothing is pending, too many wait, or
   * the attempt began too long ago.
   */
  async mayMakeRoom(name: string, since: number): Promise<boolean> {
    const group = this.#groups.get(name);
    if (group === undefined || group.waiting.length >= MAX_WAITING || this.#isLate(since)) return false;
    return new Promise((goOn) => {
      group.waiting = [...group.waiting, { since, goOn }];
    });
  }

  #isLate(since: number): boolean {
    return this.#clock() - since > MAX_WAIT_MS;
  }
}
