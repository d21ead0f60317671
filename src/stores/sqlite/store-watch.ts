import { statSync } from 'node:fs';
import { checkPages, type PageCheck } from './page-check.ts';
import type { StoreHealth } from './store-health.ts';

const LOOK_MS = 1000;
/** Pages that no program has written may go bad, too. */
const CHECK_MS = 60_000;
/** A check may take one part in so many of the time. */
const SHARE = 50;
/** Also where the machine slept amid a check. */
const LONGEST_PAUSE_MS = 60 * 60 * 1000;

/** Looks after an open file: each second at its names, and for a server that is asked for its readiness, at its pages. */
export class StoreWatch {
  readonly #file: string;
  readonly #health: StoreHealth;
  readonly #saveLog: () => void;
  readonly #timer: NodeJS.Timeout;
  #check: PageCheck | null = null;
  #isAsked = false;
  #nextCheck = 0;
  #nextRoutineCheck = 0;
  #writtenAt = 0;

  /** @param saveLog moves into the database what only a log without a name holds */
  constructor(file: string, health: StoreHealth, saveLog: () => void) {
    this.#file = file;
    this.#health = health;
    this.#saveLog = saveLog;
    this.#timer = setInterval(() => this.look(), LOOK_MS).unref();
  }

  /** Looks at the names now, and at the pages where it is time. */
  look(): void {
    if (this.#health.look()) this.#save();
    if (this.#isAsked) this.#checkWhereDue();
  }

  /** From now on the pages are checked, too. */
  askFor(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#checkWhereDue();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#isAsked = false;
    await this.#check?.stop();
  }

  #save(): void {
    try {
      this.#saveLog();
    } catch (error) {
      this.#health.noteFailure(error);
    }
  }

  /** Soon after something was written, or a statement met damage; and now and then. */
  #checkWhereDue(): void {
    const now = performance.now();
    const { fault } = this.#health;
    if (this.#check !== null || now < this.#nextCheck || fault?.problem === 'was deleted or replaced') return;
    const writtenAt = statSync(this.#file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (writtenAt === this.#writtenAt && fault?.problem !== 'is damaged' && now < this.#nextRoutineCheck) return;
    this.#writtenAt = writtenAt;
    const check = checkPages(this.#file);
    this.#check = check;
    void check.finding.then((finding) => {
      this.#check = null;
      const pause = Math.min((performance.now() - now) * SHARE, LONGEST_PAUSE_MS);
      this.#nextCheck = now + Math.max(LOOK_MS, pause);
      this.#nextRoutineCheck = now + Math.max(CHECK_MS, pause);
      if (!this.#isAsked || finding === null) return;
      if (finding.found === null) this.#health.noteWhole();
      else this.#health.noteFailure(Object.assign(new Error(finding.found), { code: finding.code }));
    });
  }
}
