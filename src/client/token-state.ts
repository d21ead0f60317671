import { isLater, report, whenThere, within, type Awaitable } from './awaitable.ts';
import { heldTokensIn, holdTokens, type HeldTokens } from './held-tokens.ts';
import { isPage, joinTabs, type Tabs } from './tabs.ts';
import type { AnsweredTokens } from './token-api.ts';
import { nameFor, type TokenStorage } from './token-storage.ts';

/** Whether somebody is signed in. `unknown`: the storage, or the server with its cookie, has not answered yet. */
export type TokenState =
  | { readonly status: 'unknown' }
  | { readonly status: 'signed-in'; readonly tokens: HeldTokens }
  | {
      readonly status: 'signed-out';
      /** The server's `extensions.reason`, `signed_out` if the user signed out, null if nobody was signed in. */
      readonly reason: string | null;
    };

/** What a storage may take to load or save. */
const STORAGE_MS = 5000;

const late = () => new Error('The token storage does not answer.');

/** The tokens in this tab, in the storage and in the other tabs, which it keeps alike. */
export interface StateKeeper {
  state(this: void): TokenState;
  held(this: void): HeldTokens | null;
  /** Whether an access token is of the session that is held now. */
  isOfSession(access: string): boolean;
  /** As in Redux: each call counts for itself, and a round that has begun goes to those who listened then. */
  subscribe(tell: () => void): () => void;
  /** There when the storage has said who is signed in: at once, where it can. */
  readonly restored: Awaitable<void>;
  /** Takes over what other tabs have saved since. Synchronous where the storage is. */
  sync(): Awaitable<void>;
  /**
   * Holds the tokens of an answer.
   *
   * @param spent those that were refreshed, if there were any; none after a sign-in
   */
  hold(answered: AnsweredTokens, spent?: HeldTokens | null): Promise<void>;
  forget(reason: string | null): Promise<void>;
  /** No listener is told anything any more. */
  close(): void;
  readonly tabs: Tabs;
}

/** @param giveUp is called when another tab wants that a refresh is given up, or has found that there is no answer */
export function createStateKeeper(
  storage: TokenStorage,
  url: string,
  clock: () => number,
  giveUp: (why: 'hurry' | 'unanswered') => void,
): StateKeeper {
  let listeners: { readonly call: () => void }[] = [];
  let state: TokenState = { status: 'unknown' };
  /** The access tokens held so far of the chain that is held. */
  const ofChain = new Set<unknown>();
  /** The chains that are over: what is heard or loaded of them is old. */
  const over = new Set<unknown>();
  /** The highest step that was held here. */
  let last = 0;
  let saving = Promise.resolve();
  const complaints = new Set<string>();

  /** Each once: a storage that is forbidden fails whenever it is asked. */
  function complain(error: unknown): void {
    if (complaints.size < complaints.add(String(error)).size) report(error);
  }

  const held = (): HeldTokens | null => (state.status === 'signed-in' ? state.tokens : null);

  function hear(news: unknown): void {
    const { status, tokens, reason = null, chain } = Object(news) as Partial<Record<string, string | null>>;
    if (status === 'hurry' || status === 'unanswered') giveUp(status);
    if (status === 'signed-in') adopt(tokens);
    if (status === 'signed-out' && chain !== undefined) {
      const isMine = chain === null ? reason !== null : chain === held()?.chain;
      if (isMine || state.status === 'unknown') tell({ status, reason });
    }
    // A sign-in ends the session before it, too: what is heard of that later is late.
    if (chain !== (Object(tokens) as Partial<HeldTokens>).chain) over.add(chain);
  }

  /**
   * Takes over tokens from elsewhere, if they are newer: by their steps, and by no clock, for clocks are set back. Where the
   * storage has another chain, that counts: a message may have been lost, or may come late.
   */
  function adopt(value: unknown, isStored = false): void {
    const tokens = heldTokensIn(value);
    const now = held();
    if (tokens === null) return;
    const isSame = now?.chain === tokens.chain;
    const isNext = isSame ? tokens.step > now.step : now === null || isStored || tokens.step > last;
    if (isNext && (isSame || !over.has(tokens.chain))) tell({ status: 'signed-in', tokens });
  }

  const tell = (next: TokenState): void => notify(become(next));

  /** Says whether that is a change to tell. */
  function become(next: TokenState): boolean {
    const before = held();
    const isNew = next.status === 'signed-in' || state.status !== 'signed-out';
    state = isNew ? next : { ...state };
    const now = held();
    if (before?.chain !== now?.chain) {
      over.add(before?.chain);
      ofChain.clear();
    }
    ofChain.add(now?.access);
    last = Math.max(last, now?.step ?? 0);
    return isNew;
  }

  function notify(isNew: boolean): void {
    for (const { call } of isNew ? listeners : []) {
      try {
        call();
      } catch (error) {
        report(error);
      }
    }
  }

  /** What runs beside this sees the new state at once; it is told when it is saved. */
  async function change(next: Exclude<TokenState, { status: 'unknown' }>): Promise<void> {
    const chain = held()?.chain ?? null;
    const isNew = become(next);
    await (saving = saving.then(saveHeld));
    tabs.announce({ ...next, chain });
    notify(isNew);
  }

  /** Where nothing can be saved, the tokens live as long as the page: what is saved is spent, and would end the session. */
  async function saveHeld(): Promise<void> {
    const save = async (tokens: HeldTokens | null) => storage.save(tokens, url);
    try {
      await within(STORAGE_MS, save(held()), late);
    } catch (error) {
      complain(error);
      save(null).catch(() => {});
    }
  }

  function sync(): Awaitable<void> {
    const before = state;
    try {
      const adopted = whenThere(storage.load(url), (saved) => {
        // What has happened while it was loaded is newer.
        if (state === before) adopt(saved, true);
      });
      // What comes later than this is adopted all the same.
      return isLater(adopted) ? within(STORAGE_MS, adopted, late).catch(complain) : undefined;
    } catch (error) {
      return complain(error);
    }
  }

  const tabs = joinTabs(storage.sharedAs !== null && isPage() ? nameFor(storage.sharedAs, url) : null, hear);
  return {
    tabs,
    held,
    sync,
    state: () => state,
    isOfSession: (access) => ofChain.has(access),
    subscribe: (call) => {
      const listener = { call };
      listeners = [...listeners, listener];
      return () => {
        listeners = listeners.filter((other) => other !== listener);
      };
    },
    restored: whenThere(sync(), () => {
      if (state.status === 'unknown' && !storage.usesCookie) tell({ status: 'signed-out', reason: null });
    }),
    hold: (answered, spent) => {
      void sync();
      const tokens = holdTokens(answered, clock(), spent, last + 1);
      return change({ status: 'signed-in', tokens });
    },
    forget: (reason) => change({ status: 'signed-out', reason }),
    // Listeners stay: the store works again when it is used, and a cache that is cleared for each user must be told of the next.
    close: () => tabs.close(),
  };
}
