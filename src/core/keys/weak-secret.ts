/** Characters that differ, of a random secret: 32 digits have all ten, hexadecimal text has sixteen. */
const MIN_DISTINCT = 8;
/** Of the letters of a text in English four in ten are vowels, or y; of random ones a quarter. */
const MIN_VOWELS = 0.32;
/** Placeholders of examples, and rows of keys. Of a million random secrets in base64, three have one of them. */
const STAND_IN = /change.?me|replace.?(me|this)|your.?(secret|key|own)|p[a@4][s$5]{2}w[o0]rd|s[e3]cr[e3]t|qwert|asdfg/i;
/** How many characters are compared by triples. In so few, even random digits seldom repeat one; in a thousand they often do. */
const COMPARED = 64;

/**
 * Why an HMAC secret can be guessed though it is long enough, as a clause; null where nothing tells. It cannot tell that a secret
 * is random (RFC 8725 3.5).
 */
export function whyWeak(secret: Buffer): string | null {
  const text = secret.toString('latin1');
  if (new Set(text).size < MIN_DISTINCT) return 'has few different characters';
  if (isRepeated(text)) return 'repeats itself';
  if (isSequence(secret)) return 'is a sequence, such as 0123456789';
  if (isOfWords(text)) return 'is made of words';
  return STAND_IN.test(text) ? 'has the words of an example, or a row of keys' : null;
}

/** Whether it goes on as it began, from the middle at the latest, or more than a third of its triples come twice. */
function isRepeated(text: string): boolean {
  const half = Math.floor(text.length / 2);
  const triples = Array.from(text.slice(2, COMPARED), (_, index) => text.slice(index, index + 3));
  if (new Set(triples).size < (triples.length * 2) / 3) return true;
  return Array.from({ length: half }, (_, index) => index + 1).some((unit) => text.startsWith(text.slice(unit), 0));
}

/** Whether three in four characters are beside the one before, or the same. */
function isSequence(secret: Buffer): boolean {
  const steps = secret.subarray(1).filter((byte, index) => Math.abs(byte - (secret[index] ?? 0)) <= 1);
  return steps.length >= secret.length * 0.75;
}

/** Words in one case or with a capital, and few digits and signs beside them. */
function isOfWords(text: string): boolean {
  const words = text.match(/[A-Z]?[a-z]+|[A-Z]+/g) ?? [];
  const letters = words.join('');
  const vowels = letters.replaceAll(/[^aeiouy]/gi, '');
  const numbers = text.match(/\d+/g) ?? [];
  return (
    letters.length >= text.replaceAll(/[\s._-]/g, '').length * 0.75 &&
    letters.length >= words.length * 3 &&
    numbers.length <= 2 &&
    vowels.length >= letters.length * MIN_VOWELS
  );
}
