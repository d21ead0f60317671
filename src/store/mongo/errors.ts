import { StoreUnavailable } from '../../errors.ts';

const DUPLICATE_KEY = 11000;

/**
 * Runs one operation of the driver.
 *
 * @throws StoreUnavailable whatever the driver threw
 */
export async function translated<Result>(work: () => PromiseLike<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw new StoreUnavailable(error);
  }
}

/** Runs an insertion; resolves to whether it inserted, or met a record with the same unique key. */
export function inserted(work: () => PromiseLike<unknown>): Promise<boolean> {
  return translated(async () => {
    try {
      await work();
      return true;
    } catch (error) {
      if (typeof error === 'object' && error !== null && 'code' in error && error.code === DUPLICATE_KEY) return false;
      throw error;
    }
  });
}
