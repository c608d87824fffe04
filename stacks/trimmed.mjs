// @ts-check

import { parseAst } from 'vite';

/** Detections as functions are bundled with them: what judges, without what proves it. */

/** @typedef {{ type: string, start: number, end: number, [member: string]: any }} Node a node of the syntax tree */

/** @param {Node} node @returns {Node[]} */
const children = node =>
  Object.values(node).flatMap(value =>
    Array.isArray(value)
      ? value.filter(one => typeof one?.type === 'string')
      : typeof value?.type === 'string'
        ? [value]
        : [],
  );

/** Calls that run when the module is loaded: not those inside functions. @param {Node} node @returns {Node[]} */
const callsOf = node => {
  if (/Function/.test(node.type)) return [];
  const inner = children(node).flatMap(callsOf);
  return /^(CallExpression|NewExpression)$/.test(node.type) ? [node, ...inner] : inner;
};

/** What a detection says on its page, and how it is said that it says nothing. @type {Record<string, string | undefined>} */
const page = { why: "''", references: '[]', runbook: '[]', blind: '[]' };

/**
 * A detection without its examples. Those are proven where it is tested; here they would be made, thousands of objects, each
 * time a function starts. What only they used goes with them; the calls that are left are marked as pure, which all of
 * `detections/` is by law, so that esbuild drops those of which nobody needs what they give. Lines stay where they are.
 * @param {string} source @param {boolean} isJudging without its page's words as well @returns {string}
 */
export const trimmed = (source, isJudging) => {
  /** @type {{ start: number, end: number, text: string }[]} */
  const edits = [];
  const tree = /** @type {Node} */ (/** @type {unknown} */ (parseAst(source, { lang: 'ts' })));
  for (const statement of /** @type {Node[]} */ (tree['body'])) {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement['declaration'] : statement;
    if (declaration?.type !== 'VariableDeclaration') continue;
    for (const { id, init } of declaration.declarations) {
      if (init == null) continue;
      const members =
        id.name === 'detection' && init.type === 'CallExpression' ? init.arguments[0]?.properties : undefined;
      /** @type {{ start: number, end: number }[]} */
      const cut = [];
      for (const { key, value } of members ?? []) {
        const short =
          key?.name === 'examples' ? '{ matches: [], misses: [] }' : isJudging ? page[key?.name] : undefined;
        if (short === undefined) continue;
        cut.push(value);
        const lines = '\n'.repeat(source.slice(value.start, value.end).split('\n').length - 1);
        edits.push({ start: value.start, end: value.end, text: short + lines });
      }
      for (const call of callsOf(init))
        if (!cut.some(({ start, end }) => start <= call.start && call.start < end))
          edits.push({ start: call.start, end: call.start, text: '/* @__PURE__ */ ' });
    }
  }
  edits.sort((a, b) => b.start - a.start || b.end - a.end);
  let text = source;
  for (const edit of edits) text = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
  return withoutUnasked(text);
};

/** Names that code asks for, types left out: of members and keys only those that are worked out. @param {Node} node @returns {string[]} */
const namesIn = node => {
  if (node.type === 'Identifier') return [node['name'], ...children(node).flatMap(namesIn)];
  if (/^TS(Interface|Type(Alias|Annotation|ParameterInst))/.test(node.type)) return [];
  const isFixed = node['computed'] !== true && node['shorthand'] !== true;
  const fixed = isFixed ? (node.type === 'MemberExpression' ? node['property'] : node['key']) : undefined;
  return children(node).flatMap(child => (child === fixed ? [] : namesIn(child)));
};

/** The names that a statement gives to its module alone, by an import or a constant. @param {Node} statement @returns {string[]} */
const given = statement => {
  if (statement.type === 'ImportDeclaration')
    return statement['specifiers'].map((/** @type {Node} */ { local }) => local.name);
  return statement.type === 'VariableDeclaration'
    ? statement['declarations'].flatMap((/** @type {Node} */ { id }) => namesIn(id))
    : [];
};

/**
 * A module without the imports and constants that nothing else in it asks for. esbuild keeps an import, because the module may do
 * something, and a constant that spreads another, because that may run code: in `detections/` neither does anything.
 * @param {string} source @returns {string}
 */
const withoutUnasked = source => {
  const tree = /** @type {Node} */ (/** @type {unknown} */ (parseAst(source, { lang: 'ts' })));
  let kept = /** @type {Node[]} */ (tree['body']).map(statement => ({ statement, asks: new Set(namesIn(statement)) }));
  let text = source;
  for (let isDone = false; !isDone; ) {
    const unasked = kept.filter(({ statement }) => {
      const names = given(statement);
      return (
        names.length > 0 &&
        !names.some(name => kept.some(other => other.statement !== statement && other.asks.has(name)))
      );
    });
    for (const { statement } of unasked) {
      const lines = source.slice(statement.start, statement.end).replace(/[^\n]/g, ' ');
      text = text.slice(0, statement.start) + lines + text.slice(statement.end);
    }
    kept = kept.filter(one => !unasked.includes(one));
    isDone = unasked.length === 0;
  }
  return text;
};
