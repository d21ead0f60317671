import { StoreUnavailable } from '../../contracts/errors.ts';

/** Waits for what follows a thing that is done. If the store is gone by now, the thing stands, and this is left undone. */
export async function unlessGone(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
  }
}
