import { useEffect, useRef, type RefObject } from 'react';

/** Takes over the focus where what had it has just gone, so that the keyboard goes on from here. */
export function useFocusKept<Target extends HTMLElement>(): RefObject<Target | null> {
  const target = useRef<Target>(null);
  useEffect(() => {
    // Before anybody has touched the page, nothing was lost.
    if (document.activeElement === document.body && navigator.userActivation.hasBeenActive) target.current?.focus();
  }, []);
  return target;
}
