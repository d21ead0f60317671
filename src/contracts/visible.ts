/**
 * What moves a cursor, recolours, reorders or breaks lines where text is shown: C0 and C1 controls, DEL, bidirectional
 * controls (UAX 9), and the separators U+2028 and U+2029.
 */
const INVISIBLE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** Text of a client as it can be shown on a terminal or in a log: controls as escapes, which JSON reads as what they were. */
export const visible = (text: string): string =>
  text.replaceAll(INVISIBLE, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** The same for text of several lines that are our own. */
export const visibleLines = (text: string): string => text.split('\n').map(visible).join('\n');
