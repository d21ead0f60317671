import { isHeldTokens, type HeldTokens } from './token-storage.ts';

/** What one tab tells the others. */
export type News =
  | { readonly kind: 'tokens'; readonly tokens: HeldTokens }
  | { readonly kind: 'signed-out'; readonly reason: string | null }
  | { readonly kind: 'unanswered' };

/** The tabs of one origin that share a session; where the platform has no such thing, this one alone. */
export interface Tabs {
  /** Runs the task while no other task runs in any tab. A task has received what the tasks before it announced. */
  exclusively<Result>(task: () => Promise<Result>): Promise<Result>;
  /** Tells all other tabs. */
  announce(news: News): void;
  close(): void;
}

/** Milliseconds. A message may arrive after the lock is released, so the lock is held a little longer. */
const HEARING_MS = 50;

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Joins the tabs that share the name; null is a name of this tab alone. */
export function joinTabs(name: string | null, onNews: (news: News) => void): Tabs {
  const channel = name === null || typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(`${name}:1`);
  // Node.js, where tests run, has no locks and would wait for the channel before it exits.
  (channel as { unref?: () => void } | null)?.unref?.();
  channel?.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (isNews(data)) onNews(data);
  });
  const locks = name === null ? undefined : (globalThis.navigator as Partial<Navigator> | undefined)?.locks;
  let last: Promise<unknown> = Promise.resolve();
  let hasAnnounced = false;

  async function underLock<Result>(task: () => Promise<Result>, resolve: (result: Promise<Result>) => void) {
    hasAnnounced = false;
    const result = task();
    resolve(result);
    await result.catch(() => {});
    if (hasAnnounced) await delay(HEARING_MS);
  }

  return {
    exclusively: (task) =>
      new Promise((resolve, reject) => {
        const run = () => underLock(task, resolve);
        // Secure contexts have locks (W3C Web Locks API 2.2); elsewhere the tasks of this tab queue up here.
        if (locks === undefined || name === null) last = last.then(run);
        else locks.request(name, run).catch(reject);
      }),
    announce: (news) => {
      hasAnnounced = channel !== null;
      channel?.postMessage(news);
    },
    close: () => channel?.close(),
  };
}

function isNews(data: unknown): data is News {
  if (typeof data !== 'object' || data === null || !('kind' in data)) return false;
  if (data.kind === 'unanswered') return true;
  if (data.kind === 'tokens') return 'tokens' in data && isHeldTokens(data.tokens);
  return data.kind === 'signed-out' && 'reason' in data && (data.reason === null || typeof data.reason === 'string');
}
