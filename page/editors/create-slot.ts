/** A named value in the JSON of an editor. Returns the text with the value in it, if it is ours to fill. */
export type Slot = (text: string, value: string | null) => string;

/**
 * Makes a slot such as `"refresh": ""`. It fills what is empty and what it filled before, however long ago and in
 * whichever tab; whatever else stands there is the user's.
 */
export function createSlot(name: string): Slot {
  const filled = new Set<string | null>(['']);
  const entry = (value: string | null) => `"${name}": ${JSON.stringify(value)}`;
  return (text, value) => {
    const old = Array.from(filled).find((old) => text.includes(entry(old)));
    filled.add(value);
    return old === undefined ? text : text.replace(entry(old), () => entry(value));
  };
}
