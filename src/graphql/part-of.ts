/** A part of the system that a setting turns on: the operations that need it are in the schema only where it does. */
export function partOf<Part extends object>(part: Part | null): Part {
  if (part === null) throw new Error('a resolver is in the schema whose part of the system is off');
  return part;
}
