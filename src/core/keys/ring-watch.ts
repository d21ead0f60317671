import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { SettingsError } from '../../contracts/settings/settings.ts';
import { KeyRing } from './key-ring.ts';
import { isMissing, NOTHING_READ, readRing, type RingReading } from './ring-folder.ts';
import { KeyRingError } from './ring-key.ts';

/** Not by events of the file system, which network file systems and some containers do not have. */
const INTERVAL_MS = 1000;
/** Between two readings that strangers can ask for, by naming keys that do not exist. */
const PAUSE_MS = 100;

/** Is told what becomes of a ring that is in use. */
export interface RingListener {
  /** Keys came or went; `kids` are those there are now. */
  changed(kids: readonly string[]): void;
  /** Something cannot be read, and the ring stays as it was in that. Told once, not at every look. */
  failed(error: KeyRingError): void;
  /** It was read, as about once a second; not `isWhole` where something cannot be. */
  read(isWhole: boolean): void;
}

/** The ring in a folder, read again about once a second. Nothing in the folder can take away the ring it has. */
export class RingWatch {
  readonly #folder: string;
  readonly #listener: RingListener;
  readonly #timer: NodeJS.Timeout;
  #reading: RingReading;
  #ring: KeyRing;
  #looking: Promise<void> | null = null;
  #lastProblem = '';
  #lookedAt = performance.now();

  private constructor(folder: string, listener: RingListener, reading: RingReading) {
    this.#folder = resolve(folder); // the same also when the program has moved to another folder
    this.#listener = listener;
    this.#reading = reading;
    this.#ring = ringOf(reading);
    this.#tell(problemsOf(reading));
    this.#timer = setInterval(() => void this.look(), INTERVAL_MS).unref();
  }

  /**
   * Reads the ring for the first time, and goes on watching it.
   *
   * @throws SettingsError if the folder is missing, cannot be read, or holds no usable key
   */
  static async open(folder: string, listener: RingListener): Promise<RingWatch> {
    const reading = await readRing(folder, NOTHING_READ).catch((error: unknown) => {
      if (isMissing(error)) return NOTHING_READ;
      throw new SettingsError([`JWT_KEYS_DIR: ${unreadable(folder, error)}.`], { cause: error });
    });
    if (reading.found.size > 0) return new RingWatch(folder, listener, reading);
    throw new SettingsError([`JWT_KEYS_DIR: ${nothingIn(folder, reading)}.`]);
  }

  /** As it was last read. */
  get ring(): KeyRing {
    return this.#ring;
  }

  /** Reads the ring now; calls while it is being read share the reading. Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#read()
      .catch(() => {}) // a listener that throws is not to stop the server
      .finally(() => {
        this.#looking = null;
      });
    return this.#looking;
  }

  /** Reads the ring for a key that another server may know already; not at every call. Never rejects. */
  async lookAgain(): Promise<void> {
    if (this.#looking !== null || performance.now() - this.#lookedAt >= PAUSE_MS) await this.look();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #read(): Promise<void> {
    this.#lookedAt = performance.now();
    try {
      const reading = await readRing(this.#folder, this.#reading);
      if (reading.found.size === 0) return this.#tell(`${this.#folder} no longer holds a usable key`);
      this.#tell(problemsOf(reading));
      const hasChanged = describe(reading) !== describe(this.#reading);
      this.#reading = reading;
      if (!hasChanged) return;
      this.#ring = ringOf(reading);
      this.#listener.changed(this.#ring.keys.map(({ kid }) => kid));
    } catch (error) {
      this.#tell(unreadable(this.#folder, error));
    }
  }

  #tell(problem: string): void {
    const isNew = problem !== this.#lastProblem;
    this.#lastProblem = problem;
    this.#listener.read(problem === '');
    if (isNew && problem !== '') this.#listener.failed(new KeyRingError(problem));
  }
}

const ringOf = ({ found }: RingReading): KeyRing => new KeyRing(Array.from(found.values(), ({ key }) => key));

const describe = ({ found }: RingReading): string =>
  Array.from(found.values(), ({ text }) => text)
    .toSorted()
    .join('');

function nothingIn(folder: string, reading: RingReading): string {
  const generate = 'npx graphql-simplejwt keys generate';
  if (reading.unusable.length > 0) return `no usable key in ${folder}: ${problemsOf(reading)}`;
  if (!existsSync(folder)) return `there is no folder ${folder}; create it, with a first key, by: ${generate}`;
  return `there is no key in ${folder}; create the first by: ${generate}`;
}

const problemsOf = ({ unusable }: RingReading): string =>
  unusable.map(({ file, problem }) => `${file}: ${problem}`).join('; ');

const unreadable = (folder: string, error: unknown): string =>
  `${folder} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
