import type { Settings } from '../contracts/settings/settings-table.ts';
import type { Store } from '../contracts/store/store.ts';
import type { OnStoreFault } from '../contracts/store/store-fault.ts';
import type { StoreKeeper } from '../contracts/store/store-keeper.ts';

/** The settings that say where the store is. */
export type Place = Pick<Settings, 'mongodbUri' | 'dataDir'>;

/** Is told, in words for operators, how far something is that takes long. */
export type OnProgress = (message: string) => void;

/** Who is told of what while a store is opened, and is open. */
export interface StoreListeners {
  readonly onFault?: OnStoreFault;
  readonly onProgress?: OnProgress;
}

/** One kind of store: a folder of its own, and a line in `DRIVERS`. What opens it is loaded when it is opened. */
export interface StoreDriver {
  /** As logs and traces call it. */
  readonly name: string;
  /** Whether several processes can serve one store together. */
  readonly isShared: boolean;
  /** Whether the settings mean this kind. */
  readonly isMeantBy: (place: Place) => boolean;
  /** @throws StoreUnavailable */
  readonly open: (place: Place, listeners?: StoreListeners) => Promise<Store>;
  /** What looks after the store as a whole. Its `version` throws `StoreUnavailable`. */
  readonly keeper: (place: Place) => Promise<StoreKeeper>;
  /** One line, beginning with a setting, that says why the store could not be opened. No secret of the settings is in it. */
  readonly explain: (cause: Error, place: Place) => string;
}
