/** Of one name, so many attempts wait for others; the next is refused. As many as passwords wait to be checked. */
const MAX_WAITING = 64;

/** The attempts of one name. */
interface Group {
  pending: number;
  waiting: (() => void)[];
}

/**
 * The attempts of this process that are counted, and of which it is not known yet whether they were right. Those that find no
 * room wait for them: what was right is taken back, and makes room.
 */
export class Pending {
  readonly #groups = new Map<string, Group>();

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
    if (!hasMadeRoom && group.pending > 0) return;
    const { waiting } = group;
    group.waiting = [];
    for (const goOn of waiting) goOn();
  }

  /**
   * Resolves to true once there may be room, or nothing is pending any more; to false at once where nothing is pending, or
   * too many wait.
   */
  async mayMakeRoom(name: string): Promise<boolean> {
    const group = this.#groups.get(name);
    if (group === undefined || group.waiting.length >= MAX_WAITING) return false;
    await new Promise<void>((goOn) => group.waiting.push(goOn));
    return true;
  }
}
