import { useEffect, useState } from 'react';

/**
 * Names the page after the heading of its view, and keeps the keyboard at its place: the focus goes to the heading of a view that was gone
 * to, and to the nearest heading wherever what had the focus is removed.
 */
export function useFocus(place: string | null): void {
  const [keeper] = useState(() => new FocusKeeper());
  useEffect(() => keeper.watch(), [keeper]);
  useEffect(() => keeper.arriveAt(place), [keeper, place]);
}

/** It looks after each change of the page, because rows, dialogs and answers go in any order. */
class FocusKeeper {
  /** What had the focus last, unless the user left it. */
  #held: Element | null = null;
  /** The card that it stands in, and a dialog was opened from: dialogs are outside the root. */
  #card: Element | null = null;
  #place: string | null = null;
  /** Whether a view was gone to whose heading has not had the focus yet. */
  #isDue = false;
  #isAsked = false;

  watch(): () => void {
    const observer = new MutationObserver(() => this.#ask());
    observer.observe(document.body, { childList: true, subtree: true });
    document.addEventListener('focusin', this.#hold);
    document.addEventListener('focusout', this.#letGo);
    this.#ask();
    return () => {
      observer.disconnect();
      document.removeEventListener('focusin', this.#hold);
      document.removeEventListener('focusout', this.#letGo);
    };
  }

  arriveAt(place: string | null): void {
    if (place === null || place === this.#place) return;
    // A page that was just loaded leaves the focus alone; after a sign-in its button is gone.
    if (this.#place !== null || (isLost() && navigator.userActivation.hasBeenActive)) this.#isDue = true;
    this.#place = place;
    this.#ask();
  }

  /** Later, so that a dialog that gives the focus back, and a list that has grown, come first. */
  #ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    setTimeout(() => {
      this.#isAsked = false;
      this.#settle();
    });
  }

  #settle(): void {
    const heading = document.querySelector<HTMLElement>('main h2');
    document.title = `${heading?.textContent ?? 'Console'} · graphql-simplejwt`;
    if (heading === null) return; // it comes with an answer, and then this is asked again
    if (this.#isDue) {
      focus(heading);
      scrollTo(0, 0);
    } else if (this.#held?.isConnected === false && isLost()) {
      const near = this.#card?.isConnected === true ? this.#card.querySelector<HTMLElement>('h2, h3') : null;
      focus(near ?? heading);
    }
  }

  readonly #hold = ({ target }: FocusEvent): void => {
    if (!(target instanceof Element)) return;
    this.#held = target;
    this.#isDue = false;
    if (target.closest('#root') !== null) this.#card = target.closest('section');
  };

  readonly #letGo = ({ target, relatedTarget }: FocusEvent): void => {
    if (relatedTarget !== null) return;
    queueMicrotask(() => {
      if (isLost() && target instanceof Element && target.isConnected) this.#held = null; // by a click beside it
    });
  };
}

const isLost = (): boolean => document.activeElement === document.body;

/** The page stays where it is scrolled to: the next Tab shows where one is. */
function focus(heading: HTMLElement): void {
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}
