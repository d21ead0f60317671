import { parseSync, visitorKeys } from 'oxc-parser';

const FLIPPED = {
  '&&': '||',
  '||': '&&',
  '===': '!==',
  '!==': '===',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
};
const QUERY = /\b(SELECT|UPDATE|DELETE|INSERT|WHERE)\b/;
const QUERY_PART = / (AND|OR|<=|>=|<|>|=|IS NOT|IS|ASC|DESC|MAX) (?!NULL,)/g;
const QUERY_FLIPPED = { AND: 'OR', OR: 'AND', '=': '<>', IS: 'IS NOT', 'IS NOT': 'IS', ASC: 'DESC', DESC: 'ASC' };
const MONGO_FLIPPED = { $lt: '$lte', $lte: '$lt', $gt: '$gte', $gte: '$gt', $or: '$and', $max: '$set', $min: '$set' };
/** What these say is for people: no test is asked to hold a wording. */
const SPEAKING = /Error$|^(log|logger|console)\??\.\w+$|\.(log|logger)\??\.\w+$/;
const SILENT_TYPES = new Set(['ImportDeclaration', 'ExportAllDeclaration', 'Decorator', 'MetaProperty']);

/**
 * Every small breakage of a file.
 *
 * @returns {{ file, line, within, operator, change, start, end, text, body }[]} `within` names the function,
 *   `text` goes in place of what is from `start` to `end`, and `body` is where the innermost block around it begins
 */
export function mutationsOf(file, source) {
  const { program } = parseSync(file, source);
  const found = [];
  const said = (node) => source.slice(node.start, node.end);
  const lineOf = (offset) => source.slice(0, offset).split('\n').length;

  function visit(node, parents, place) {
    const parent = parents.at(-1);
    const inner = enter(node, place);
    if (node.type === 'Decorator' && said(node).startsWith('@Authorized')) add('drop decorator', node, '');
    if (node.type.startsWith('TS') && !/^TS(As|NonNull|Satisfies|Parameter)/.test(node.type)) return;
    if (SILENT_TYPES.has(node.type) || isSpoken(node, parent)) return;
    for (const [operator, target, text] of changesOf(node, parent, parents)) add(operator, target, text);
    for (const key of visitorKeys[node.type] ?? []) {
      for (const child of [node[key]].flat()) if (child?.type) visit(child, [...parents, node], inner);
    }

    function add(operator, { start, end }, text) {
      const change = `${source.slice(start, end)} → ${text}`.replaceAll(/\s+/g, ' ');
      const at = { start, end, text, body: inner.body ?? place.body };
      found.push({ file, line: lineOf(start), within: inner.name, operator, change, ...at });
    }
  }

  function enter(node, { name, body }) {
    const named = node.key ?? node.id;
    const isNamed =
      named?.type !== 'ObjectPattern' && /^(Method|Property)Def|^(Function|Class)|Declarator$/.test(node.type);
    const isTopLevel = node.type !== 'VariableDeclarator' || name === '';
    // The text of an identifier has its type in it.
    const own = named?.type === 'Identifier' ? named.name : named && said(named);
    return {
      name: isNamed && isTopLevel && named ? [name, own].filter(Boolean).join('.') : name,
      body:
        node.type === 'BlockStatement'
          ? startOf(node)
          : /Function/.test(node.type) && node.body
            ? startOf(node.body)
            : body,
    };
  }

  function isSpoken(node, parent) {
    if (node.type === 'NewExpression' && parent.type === 'ThrowStatement') return true;
    return (node.type === 'CallExpression' || node.type === 'NewExpression') && SPEAKING.test(said(node.callee));
  }

  function* changesOf(node, parent, parents) {
    switch (node.type) {
      case 'IfStatement':
        yield ['negate', node.test, `!(${said(node.test)})`];
        if (node.alternate === null) yield ['drop guard', node, ';'];
        break;
      case 'ConditionalExpression':
        yield ['negate', node.test, `!(${said(node.test)})`];
        break;
      case 'LogicalExpression':
        if (node.operator === '??') yield ['drop default', node, `(${said(node.left)})`];
        else {
          yield ['flip', node, flipped(node)];
          yield ['left alone', node, `(${said(node.left)})`];
          yield ['right alone', node, `(${said(node.right)})`];
        }
        break;
      case 'BinaryExpression':
        if (!(node.operator in FLIPPED) || isText(node.left) || isText(node.right)) break;
        yield ['flip', node, flipped(node)];
        break;
      case 'UnaryExpression':
        if (node.operator === '!') yield ['drop not', node, `(${said(node.argument)})`];
        break;
      case 'ExpressionStatement':
        if (!isSpoken(node.expression.argument ?? node.expression, node) && node.expression.callee?.type !== 'Super') {
          // The compiler takes no empty statement for the body of an `if`.
          yield ['drop statement', node, parent.type === 'IfStatement' ? '{}' : ';'];
        }
        if (node.expression.type === 'AwaitExpression')
          yield ['drop await', node, `${said(node.expression.argument)};`];
        break;
      case 'ReturnStatement':
        if (node.argument?.type === 'AwaitExpression' && parents.some(({ type }) => type === 'TryStatement')) {
          yield ['drop await', node.argument, said(node.argument.argument)];
        }
        break;
      case 'ThrowStatement':
        if (parent.type !== 'IfStatement') yield ['drop throw', node, ';'];
        break;
      case 'ArrayExpression':
        for (const element of node.elements) yield ['drop entry', entry(element), ''];
        break;
      case 'ObjectExpression':
        for (const property of node.properties) yield ['drop entry', entry(property), ''];
        break;
      case 'Property':
        if (parent.type === 'ObjectExpression' && node.key.name in MONGO_FLIPPED) {
          yield ['flip', node.key, MONGO_FLIPPED[node.key.name]];
        }
        break;
      case 'CallExpression':
        if (/^Math\.(min|max)$/.test(said(node.callee))) {
          yield ['flip', node.callee, said(node.callee) === 'Math.min' ? 'Math.max' : 'Math.min'];
        }
        break;
      case 'TemplateLiteral':
        yield* partsOfQuery(node);
        break;
      case 'Literal':
        yield* otherLiteral(node, parent);
        break;
    }
  }

  function flipped({ start, left, operator, right, end }) {
    const between = source.slice(left.end, right.start).replace(operator, FLIPPED[operator]);
    return source.slice(start, left.end) + between + source.slice(right.start, end);
  }

  function entry({ start, end }) {
    const comma = /^\s*,/.exec(source.slice(end))?.[0].length ?? 0;
    return { start, end: end + comma };
  }

  function* otherLiteral(node, parent) {
    if (typeof node.value === 'boolean') yield ['other literal', node, String(!node.value)];
    if (typeof node.value === 'number') yield ['other literal', node, String(node.value === 0 ? 1 : 2 * node.value)];
    if (typeof node.value !== 'string' || parent.key === node || /^(Export|Import)/.test(parent.type)) return;
    if (parent.type === 'Property' && parent.key.name === 'description') return;
    if (QUERY.test(node.value)) yield* partsOfQuery(node);
    else yield ['other literal', node, node.value === '' ? `'x'` : `''`];
  }

  function* partsOfQuery(node) {
    if (!QUERY.test(said(node))) return;
    for (const match of said(node).matchAll(QUERY_PART)) {
      const start = node.start + match.index + 1;
      const text = QUERY_FLIPPED[match[1]] ?? FLIPPED[match[1]] ?? 'MIN';
      yield ['flip', { start, end: start + match[1].length }, text];
    }
  }

  visit(program, [], { name: '' });
  return found;
}

/** Where a block begins, or the expression that is the body of an arrow function. */
const startOf = ({ type, start }) => (type === 'BlockStatement' ? start + 1 : start);

const isText = ({ type, value }) => type === 'TemplateLiteral' || (type === 'Literal' && typeof value === 'string');

/** The source with a breakage in it. */
export const broken = (source, { start, end, text }) => source.slice(0, start) + text + source.slice(end);

/** The source which tells `globalThis.reached` when a block or a function that one of these breakages is in runs. */
export function probed(file, source, mutations) {
  const bodies = new Set(mutations.map(({ body }) => body));
  const insertions = [];
  const visit = (node) => {
    const place =
      /Arrow/.test(node.type) || node.type === 'BlockStatement' ? startOf(node.body?.type ? node.body : node) : null;
    if (place !== null && bodies.delete(place)) {
      const note = `globalThis.reached(${place}, import.meta.url)`;
      const isExpression = /Arrow/.test(node.type) && node.body.type !== 'BlockStatement';
      insertions.push({ at: place, text: isExpression ? `(${note}, ` : ` ${note};` });
      if (isExpression) insertions.push({ at: node.body.end, text: ')' });
    }
    for (const key of visitorKeys[node.type] ?? []) {
      for (const child of [node[key]].flat()) if (child?.type) visit(child);
    }
  };
  visit(parseSync(file, source).program);
  return insertions
    .toSorted((one, other) => other.at - one.at)
    .reduce((text, { at, text: inserted }) => text.slice(0, at) + inserted + text.slice(at), source);
}
