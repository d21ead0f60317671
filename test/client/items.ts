import { setImmediate as turn } from 'node:timers/promises';
import type { ItemStorage } from '../../src/client/index.ts';

/** What `localStorage` does, as far as a client needs it. */
export class Items implements ItemStorage {
  readonly kept = new Map<string, string>();
  isFull = false;
  getItem(key: string): string | null {
    return this.kept.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    if (this.isFull) throw new Error('QuotaExceededError');
    this.kept.set(key, value);
  }
  removeItem(key: string): void {
    this.kept.delete(key);
  }
}

/** What React Native's `AsyncStorage` does. */
export function asynchronous(items: Items): ItemStorage {
  return {
    getItem: async (key) => items.getItem(key),
    setItem: async (key, value) => {
      await turn();
      items.setItem(key, value);
    },
    removeItem: async (key) => {
      await turn();
      items.removeItem(key);
    },
  };
}
