/** What one tab tells the others. Among the states, that of `chain`; null is the end of whatever is held. */
type News = { readonly [name: string]: unknown } & (
  | { readonly status: 'signed-in'; readonly tokens: unknown }
  | { readonly status: 'signed-out'; readonly reason: string | null; readonly chain: string | null }
  | { readonly status: 'unanswered' }
  /** Somebody signs in or out, and waits: a refresh under way is to be given up. */
  | { readonly status: 'hurry' }
);

/** The pages of an origin that share a session; where the platform has no such thing, this one alone. */
export interface Tabs {
  /**
   * Runs the task while no other task runs in any tab. A task has received what the tasks before it announced. After
   * so many milliseconds it runs all the same: the tab that has the lock may have been suspended.
   */
  exclusively<Result>(task: () => Promise<Result>, patience?: number): Promise<Result>;
  /** Tells all other tabs. */
  announce(news: News): void;
  /** Asks the tab that has the lock to give up a refresh. */
  hurry(): unknown;
  /** Listens, again if it was closed; says whether it was. */
  open(): boolean;
  /** Stops listening as soon as no task runs. */
  close(): void;
}

/** Milliseconds. A message may arrive after the lock is released, so the lock is held a little longer. */
const HEARING_MS = 50;
/** A refresh is given ten seconds for one attempt. */
const PATIENCE_MS = 15_000;

/** Resolves after so many milliseconds. */
export const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Whether this is a page of a browser. A server must not join stores: they are of different users. */
export const isPage = (): boolean => 'document' in globalThis;

/** Joins the pages that share the name; null is a name of this store alone. */
export function joinTabs(name: string | null, onNews: (news: unknown) => void): Tabs {
  const locks = name === null ? undefined : (globalThis.navigator as Partial<Navigator> | undefined)?.locks;
  let channel: BroadcastChannel | null = null;
  let last: Promise<unknown> = Promise.resolve();
  let running = 0;
  let isOpen = false;

  function listen(): void {
    if (name === null) return;
    try {
      channel = new BroadcastChannel(`${name}:1`);
      channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => onNews(data));
    } catch {
      // There is none on old platforms, and in a sandboxed frame, which has no origin to share.
    }
  }

  function leaveIfIdle(): void {
    if (isOpen || running > 0) return;
    channel?.close();
    channel = null;
  }

  return {
    exclusively: (task, patience = PATIENCE_MS) =>
      new Promise((resolve) => {
        const abort = new AbortController();
        const timer = setTimeout(() => abort.abort(), patience);
        running += 1;
        const run = async () => {
          clearTimeout(timer);
          const result = task();
          resolve(result);
          await result.catch(() => {});
          if (channel !== null) await delay(HEARING_MS);
          running -= 1;
          leaveIfIdle();
        };
        // Secure contexts have locks (W3C Web Locks API 2.2); elsewhere the tasks of this tab queue up here.
        // Refused where storage is forbidden, and aborted where they take too long: then without.
        if (locks) locks.request(`${name}`, { signal: abort.signal }, run).catch(run);
        else last = last.then(run);
      }),
    announce: (news) => channel?.postMessage(news),
    hurry: () => locks && channel?.postMessage({ status: 'hurry' } satisfies News),
    open: () => {
      if (isOpen) return false;
      isOpen = true;
      if (channel === null) listen();
      return true;
    },
    close: () => {
      isOpen = false;
      leaveIfIdle();
    },
  };
}
