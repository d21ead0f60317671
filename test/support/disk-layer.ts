import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SOURCE = join(import.meta.dirname, 'disk-layer.c');

/** The layer of `disk-layer.c`, between a program and the files of folders; Linux only. */
export class DiskLayer {
  readonly #root = mkdtempSync(join(tmpdir(), 'simplejwt-disk-'));
  readonly #library = join(this.#root, 'layer.so');
  #count = 0;

  constructor() {
    execFileSync('gcc', ['-Wall', '-Werror', '-O1', '-shared', '-fPIC', '-o', this.#library, SOURCE, '-ldl']);
  }

  /** Watches a copy of a folder, all of which is on the disk at first. */
  watch(source: string): WatchedFolder {
    this.#count += 1;
    return new WatchedFolder(join(this.#root, String(this.#count)), source, this.#library);
  }

  remove(): void {
    rmSync(this.#root, { recursive: true });
  }
}

/** A folder, and what of it the disk would hold. */
export class WatchedFolder {
  /** Where it is. */
  readonly path: string;
  readonly #root: string;
  readonly #disk: string;
  readonly #library: string;

  constructor(root: string, source: string, library: string) {
    this.#root = root;
    this.path = join(root, 'data');
    this.#disk = join(root, 'disk');
    this.#library = library;
    for (const folder of [this.path, this.#disk]) mkdirSync(folder, { recursive: true });
    cpSync(source, this.path, { recursive: true });
  }

  /** The environment of a program in this folder, which is killed before its n-th change there. */
  env(cutAt = 0): Readonly<Record<string, string>> {
    return {
      DATA_DIR: this.path,
      LD_PRELOAD: this.#library,
      LAYER_FOLDER: this.path,
      LAYER_DISK: this.#disk,
      LAYER_CUT_AT: String(cutAt),
    };
  }

  /** How many changes the last program made that came to its end. */
  changes(): number {
    return Number(readFileSync(join(this.#disk, 'changes'), 'utf8'));
  }

  /** A copy of the folder as it is: SQLite's binding would keep the files open that a test looks into. */
  afterKill(): string {
    const copy = mkdtempSync(join(this.#root, 'after-kill-'));
    cpSync(this.path, copy, { recursive: true });
    return copy;
  }

  /** A folder with what the disk holds, where all that was not synced is lost. */
  afterPowerLoss(): string {
    const lost = mkdtempSync(join(this.#root, 'after-power-loss-'));
    for (const line of readFileSync(join(this.#disk, 'names'), 'utf8').split('\n').slice(0, -1)) {
      const [id = '', name = ''] = line.split(' ');
      const content = join(this.#disk, id);
      if (existsSync(content)) copyFileSync(content, join(lost, name));
      else writeFileSync(join(lost, name), ''); // nothing of it was ever synced
    }
    return lost;
  }
}
