/** As many as are asked for, from all functions alike, and of no two breakages of one kind in a function more than one. */
export function sampleOf(mutations, size, seed) {
  const random = randomOf(seed);
  const shuffled = mutations
    .map((mutation) => ({ mutation, order: random() }))
    .toSorted((one, other) => one.order - other.order);
  const functions = new Map();
  const seen = new Set();
  for (const { mutation } of shuffled) {
    const where = `${mutation.file} ${mutation.within}`;
    const kind = `${where} ${mutation.operator} ${mutation.change.replaceAll(/\w+/g, 'w')}`;
    if (seen.has(kind)) continue;
    seen.add(kind);
    functions.set(where, [...(functions.get(where) ?? []), mutation]);
  }
  const chosen = [];
  const used = {};
  while (chosen.length < size && functions.size > 0) {
    for (const [where, left] of functions) {
      if (chosen.length === size) break;
      left.sort((one, other) => (used[one.operator] ?? 0) - (used[other.operator] ?? 0));
      const mutation = left.shift();
      if (left.length === 0) functions.delete(where);
      used[mutation.operator] = (used[mutation.operator] ?? 0) + 1;
      chosen.push(mutation);
    }
  }
  return chosen;
}

/** Mulberry32: the same numbers for the same seed. */
function randomOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
