import { ENGLISH, type Messages } from './english.ts';

/** Languages by their tag (RFC 5646) in lower case; each is loaded when the first client asks for it. */
const LANGUAGES: ReadonlyMap<string, () => Promise<{ readonly messages: Messages }>> = new Map([
  ['ar', () => import('./ar.ts')],
  ['cs', () => import('./cs.ts')],
  ['de', () => import('./de.ts')],
  ['es', () => import('./es.ts')],
  ['fa', () => import('./fa.ts')],
  ['fr', () => import('./fr.ts')],
  ['he', () => import('./he.ts')],
  ['id', () => import('./id.ts')],
  ['it', () => import('./it.ts')],
  ['ko', () => import('./ko.ts')],
  ['nl', () => import('./nl.ts')],
  ['pl', () => import('./pl.ts')],
  ['pt-br', () => import('./pt-BR.ts')],
  ['ro', () => import('./ro.ts')],
  ['ru', () => import('./ru.ts')],
  ['sl', () => import('./sl.ts')],
  ['sv', () => import('./sv.ts')],
  ['tr', () => import('./tr.ts')],
  ['uk', () => import('./uk.ts')],
  ['zh-hans', () => import('./zh-Hans.ts')],
]);
/** Other names of these. */
const ALIASES: Readonly<Record<string, string>> = { zh: 'zh-hans', pt: 'pt-br', iw: 'he', in: 'id' };

/** In characters. A browser sends fewer than a hundred. */
const MAX_HEADER_LENGTH = 500;

/**
 * A message in the language that a client prefers (RFC 9110 12.5.4); as it is where it is none that users meet, or the
 * language is not among ours.
 *
 * @param preferred the header `Accept-Language`
 */
export async function localized(message: string, preferred: string | undefined): Promise<string> {
  const language = preferred === undefined ? null : languageOf(preferred);
  const found = language && matchOf(message);
  if (!language || !found) return message;
  const { messages } = await language();
  return messages[found.name].replaceAll(/\{(\w+)\}/g, (_, name: string) => found.values[name] ?? '');
}

/** The best language that we have; null for English. */
function languageOf(preferred: string) {
  for (const tag of tagsIn(preferred.slice(0, MAX_HEADER_LENGTH))) {
    const language = tag.split('-')[0] ?? '';
    if (language === 'en' || tag === '*') return null;
    const found = [tag, language].flatMap((name) => LANGUAGES.get(ALIASES[name] ?? name) ?? [])[0];
    if (found) return found;
  }
  return null;
}

/** The tags of the header, the most wanted first. */
function tagsIn(header: string): string[] {
  return header
    .toLowerCase()
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.split(';').map((text) => text.trim());
      const weight = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
      return { tag, weight: Number.isFinite(weight) ? weight : 0 };
    })
    .filter(({ weight }) => weight > 0)
    .toSorted((one, other) => other.weight - one.weight)
    .map(({ tag }) => tag);
}

/** Each message as a pattern. The seconds of a wait may be one. */
const PATTERNS = Object.entries(ENGLISH).map(([name, text]) => {
  const pattern = text
    .replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`)
    .replaceAll(' seconds', ' seconds?')
    .replaceAll(/\{(\w+)\}/g, '(?<$1>.+)');
  return { name: name as keyof Messages, pattern: new RegExp(`^${pattern}$`, 's') };
});

function matchOf(message: string) {
  for (const { name, pattern } of PATTERNS) {
    const match = pattern.exec(message);
    if (match) return { name, values: match.groups ?? {} };
  }
  return null;
}
