const WHITE_SPACE = /\p{White_Space}/u;
/** What Python's `str.strip()` takes for white space, and so Django REST framework: Unicode's, and four separators. */
const isWhiteSpace = (character: string) =>
  WHITE_SPACE.test(character) || (character >= '\u001c' && character <= '\u001f');

/** A text without white space around it. Its work grows with the text, and not with its square as that of a pattern would. */
export function trimmed(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isWhiteSpace(text.charAt(start))) start += 1;
  while (end > start && isWhiteSpace(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}
