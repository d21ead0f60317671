import { holdTokens } from './held-tokens.ts';
import { joinTabs, type News, type Tabs } from './tabs.ts';
import type { AnsweredTokens } from './token-api.ts';
import type { HeldTokens, TokenStorage } from './token-storage.ts';

/** Whether somebody is signed in. `unknown`: the storage, or the server with its cookie, has not answered yet. */
export type TokenState =
  | { readonly status: 'unknown' }
  | { readonly status: 'signed-in'; readonly tokens: HeldTokens }
  | {
      readonly status: 'signed-out';
      /** The server's `extensions.reason`, `signed_out` if the user signed out, null if nobody was signed in. */
      readonly reason: string | null;
    };

/** The tokens in this tab, in the storage and in the other tabs, which it keeps alike. */
export class StateKeeper {
  readonly #storage: TokenStorage;
  readonly #tabs: Tabs;
  readonly #clock: () => number;
  readonly #listeners = new Set<() => void>();
  #state: TokenState = { status: 'unknown' };
  #failures = 0;

  constructor(storage: TokenStorage, clock: () => number) {
    this.#storage = storage;
    this.#tabs = joinTabs(storage.sharedAs, (news) => this.#hear(news));
    this.#clock = clock;
  }

  get state(): TokenState {
    return this.#state;
  }

  get held(): HeldTokens | null {
    return this.#state.status === 'signed-in' ? this.#state.tokens : null;
  }

  /** How often other tabs have told that the server does not answer. */
  get failures(): number {
    return this.#failures;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Runs the task when no other tab runs one. All that changes tokens does so in such a task: the last one counts. */
  exclusively<Result>(task: () => Promise<Result>): Promise<Result> {
    return this.#tabs.exclusively(task);
  }

  /** Reads the storage, unless the state is known already. Synchronous where the storage is. */
  restore(): void | Promise<void> {
    const saved = this.#load();
    return isLater(saved) ? saved.then((tokens) => this.#restored(tokens)) : this.#restored(saved);
  }

  #restored(saved: HeldTokens | null): void {
    if (this.#state.status !== 'unknown') return; // somebody signed in meanwhile
    if (saved !== null || !this.#storage.usesCookie) this.#become(stateOf(saved));
  }

  /**
   * Resolves to whether these tokens are still the ones to refresh; if not, what others made of them is held now. The
   * storage counts only where it has newer ones: it may be full, or forbidden.
   */
  async isCurrent(tokens: HeldTokens | null): Promise<boolean> {
    if (this.held !== tokens) return false;
    const saved = await this.#load();
    if (saved === null || tokens === null || saved.receivedAt <= tokens.receivedAt) return true;
    this.#become(stateOf(saved));
    return false;
  }

  async hold(answered: AnsweredTokens): Promise<void> {
    const tokens = holdTokens(answered, this.#clock());
    this.#become({ status: 'signed-in', tokens });
    this.#tabs.announce({ kind: 'tokens', tokens });
    await this.#save(tokens);
  }

  async forget(reason: string | null): Promise<void> {
    this.#become({ status: 'signed-out', reason });
    this.#tabs.announce({ kind: 'signed-out', reason });
    await this.#save(null);
  }

  /** Tells the other tabs that the server does not answer, so that they do not each try it in turn. */
  fail(): void {
    this.#tabs.announce({ kind: 'unanswered' });
  }

  close(): void {
    this.#tabs.close();
    this.#listeners.clear();
  }

  #load(): HeldTokens | null | Promise<HeldTokens | null> {
    try {
      const saved = this.#storage.load();
      return isLater(saved) ? saved.catch(nothingSaved) : saved;
    } catch (error) {
      return nothingSaved(error);
    }
  }

  /** Where nothing can be saved, the tokens live as long as the page. */
  async #save(tokens: HeldTokens | null): Promise<void> {
    try {
      await this.#storage.save(tokens);
    } catch (error) {
      globalThis.reportError?.(error);
    }
  }

  #hear(news: News): void {
    switch (news.kind) {
      case 'tokens':
        return this.#become(stateOf(news.tokens));
      case 'signed-out':
        return this.#become({ status: 'signed-out', reason: news.reason });
      case 'unanswered':
        this.#failures += 1;
    }
  }

  #become(state: TokenState): void {
    if (state.status === 'signed-out' && this.#state.status === 'signed-out') return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

function stateOf(tokens: HeldTokens | null): TokenState {
  return tokens === null ? { status: 'signed-out', reason: null } : { status: 'signed-in', tokens };
}

function nothingSaved(error: unknown): null {
  globalThis.reportError?.(error);
  return null;
}

function isLater<Value extends object | null>(value: Value | Promise<Value>): value is Promise<Value> {
  return value !== null && 'then' in value;
}
