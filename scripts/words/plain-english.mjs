// A rule of textlint: terms that readers stop at or cannot search for, sentences that are too long, and other spellings
// of the command line.

/** What is not written, and what to write instead. */
const TERMS = [
  [/\bbites?\b/i, 'takes effect'],
  [/\bsees? to\b|\bseeing to\b/i, 'manage'],
  [/\bat night\b/i, 'name the task or the incident'],
  [/\bwho(?:m?ever)\b/i, 'name them: users, clients, anyone who'],
  [/\bof (?:yours|ours|theirs)\b/i, 'your, our, their'],
  [/\bwho may not\b/i, 'who must not'],
  [/\b(?:has|have) died\b|\btoken died\b/i, 'has expired'],
  [/\bground is measured\b|\bhabits are guessed\b/i, 'measured, assumed'],
  [/\bwho asks\b/i, 'the user, the client'],
  [/\bnone any more\b|\bno admin now\b/i, 'no longer'],
  [/\blost admin\b/i, 'an admin who lost access'],
  [/\banew\b/i, 'again'],
  [/\blately\b/i, 'recently'],
  [/\bhead(?:s|ed)? what\b|\bheeds?\b/i, 'respects, supports'],
  [/\bfor want of\b/i, 'without'],
  [/\bbeside (?:that|these|this|the old|ours|it)\b/i, 'next to, in addition to'],
  [/\bis due\b/i, 'is expected'],
  [/\bhas to wait\b|\bhave to wait\b/i, 'is throttled, must wait'],
  [/\bthe like\b/i, 'similar'],
  [/\bas ever\b/i, 'as before, unchanged'],
  [/\bone'?s own\b/i, 'your own, custom'],
  [/\ball the same\b/i, 'anyway'],
  [/\bwill do\b/i, 'works'],
  [/\bto be had\b/i, 'available'],
  [/\bmade do\b|\bmake do\b/i, 'works with'],
  [/\bminted?\b|\bminting\b/i, 'issue'],
  [/\ba while\b/i, 'say how long'],
  [/\bof no session\b/i, 'without a session'],
  [/\bof no\b/i, 'without'],
  [/\bwherefore\b|\bthereof\b|\btherein\b|\bamong them\b/i, 'including'],
  [/\bfor whoever\b|\bto whomever\b/i, 'for anyone who'],
  [/\bhappens? likewise\b|\blikewise\b/i, 'the same way'],
  [/\bonce more\b/i, 'again'],
  [/\bnor does\b|\bnor do\b/i, 'and does not'],
  [/\bfor instance\b/i, 'for example'],
];

/** Our program as it is typed: always with npx, except in the wrappers and images of `docs/deploy`. */
const COMMANDS = 'start|settings|users|sessions|tokens|keys|services|store|throttle';
const BARE_COMMAND = new RegExp(`(?<!npx |/|\\w)graphql-simplejwt (?:${COMMANDS})\\b|\\brun (?:--silent )?cli\\b`);

const MOST_WORDS = 35;
const sentences = new Intl.Segmenter('en', { granularity: 'sentence' });

/** The text of a node, with each piece of code as one word. */
function proseOf(node) {
  if (node.type === 'Code') return 'code';
  if ('children' in node) return node.children.map(proseOf).join('');
  return 'value' in node && node.type === 'Str' ? node.value : ' ';
}

const wordsOf = (sentence) => sentence.split(/\s+/).filter((word) => /\w/.test(word)).length;

export function plainEnglish({ Syntax, RuleError, report, locator, getSource }) {
  const checkTerms = (node) => {
    const text = getSource(node);
    for (const [pattern, instead] of TERMS) {
      const found = pattern.exec(text);
      if (found === null) continue;
      const padding = locator.range([found.index, found.index + found[0].length]);
      report(node, new RuleError(`"${found[0]}": write "${instead}"`, { padding }));
    }
  };
  const checkCommands = (node) => {
    const found = BARE_COMMAND.exec(node.value);
    if (found !== null) report(node, new RuleError(`"${found[0]}": write "npx graphql-simplejwt ..."`));
  };
  return {
    [Syntax.Str]: checkTerms,
    [Syntax.Code]: checkCommands,
    [Syntax.CodeBlock]: checkCommands,
    [Syntax.Paragraph](node) {
      for (const { segment } of sentences.segment(proseOf(node).replaceAll('\n', ' '))) {
        const words = wordsOf(segment);
        if (words <= MOST_WORDS) continue;
        const start = segment.trim().slice(0, 40);
        report(node, new RuleError(`${words} words in one sentence, at most ${MOST_WORDS}: "${start}..."`));
      }
    },
  };
}
