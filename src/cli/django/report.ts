/** A remark about one row, for the person who runs the import. */
export interface Remark {
  readonly row: number;
  /** Its primary key, if it has one. */
  readonly pk: string | null;
  readonly text: string;
}

/** Receives the progress of an import. */
export interface Watcher {
  /** A row that was refused, or that was taken and cannot work as it did. */
  remark(remark: Remark): void;
  /** How many rows have been read so far. */
  progress(rows: number): void;
}
