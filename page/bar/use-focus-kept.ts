import { useEffect, useRef, type RefObject } from 'react';

/** Takes the focus if the focused element was just removed, so that keyboard users continue here. */
export function useFocusKept<Target extends HTMLElement>(): RefObject<Target | null> {
  const target = useRef<Target>(null);
  useEffect(() => {
    // Right after loading, no element had the focus.
    if (document.activeElement === document.body && navigator.userActivation.hasBeenActive) target.current?.focus();
  }, []);
  return target;
}
