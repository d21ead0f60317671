/** A metric as an expression asks for it. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

interface Matcher {
  readonly label: string;
  readonly isPattern: boolean;
  readonly value: string;
}

const WORDS = /"(?:[^"\\]|\\.)*"|\$?\b[a-z_]\w*\b/g;
const NOT_METRICS = 'sum max min count rate increase topk histogram_quantile time absent or and by on without'.split(
  ' ',
);

/** All words of an expression that name a metric: what is neither a function, a label, a duration nor a text. */
export function selectorsOf(expression: string): Selector[] {
  const withoutRanges = expression.replaceAll(/\[[^\]]*\]/g, '').replaceAll(/\b(by|on|without) \([^)]*\)/g, '');
  const matchers = Array.from(withoutRanges.matchAll(/\{([^}]*)\}/g), ([, inside = '']) => matchersOf(inside));
  const names = withoutRanges
    .replaceAll(/\{[^}]*\}/g, ' "{}" ')
    .match(WORDS)
    ?.filter((word) => !NOT_METRICS.includes(word));
  let next = 0;
  return (names ?? []).flatMap((word, index) => {
    if (word === '"{}"') return [];
    const hasMatchers = names?.[index + 1] === '"{}"';
    return [{ metric: word, matchers: hasMatchers ? (matchers[next++] ?? []) : [] }];
  });
}

/** The labels an expression keeps apart. */
export function groupingOf(expression: string): string[] {
  return Array.from(expression.matchAll(/\bby \(([^)]*)\)/g), ([, labels = '']) => labels.split(/, ?/)).flat();
}

function matchersOf(text: string): Matcher[] {
  return Array.from(text.matchAll(/(\w+) ?(=~|!~|!=|=) ?"([^"]*)"/g), ([, label = '', sign = '', value = '']) => ({
    label,
    isPattern: sign.endsWith('~'),
    value,
  }));
}
