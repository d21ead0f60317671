import type { KeyObject } from 'node:crypto';
import type { Algorithm } from '../../contracts/settings/settings-table.ts';

/** A key and the one algorithm it is used with, as KeyObject: a string would be parsed again at every verification. */
export interface TokenKey {
  readonly key: KeyObject;
  readonly algorithm: Algorithm;
  /** The one type of token it may sign; not there for a key that signs any. */
  readonly signs?: 'refresh';
}
