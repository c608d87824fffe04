import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseAst } from 'vite';

/** A node of the syntax tree: looked at, never trusted. */
interface Node {
  readonly type: string;
  readonly [member: string]: unknown;
}

interface Unit {
  readonly file: string;
  readonly node: Node;
}

interface Module {
  /** Functions and constants by name, wherever in the file they stand: names of ours are unique in a file, or mean more. */
  readonly units: ReadonlyMap<string, readonly Node[]>;
  /** Names taken out of objects: `const { store } = deps()`. */
  readonly taken: ReadonlySet<string>;
  /** `import * as name`. */
  readonly namespaces: ReadonlySet<string>;
  /** Local name → where from and what it is called there. */
  readonly imports: ReadonlyMap<string, { readonly from: string; readonly name: string }>;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'; // asked of anything

const children = (node: Node): readonly Node[] =>
  Object.values(node).flatMap(value => (Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : []));

const isFunction = (node: unknown): boolean =>
  isNode(node) && /^(ArrowFunctionExpression|FunctionExpression|FunctionDeclaration)$/.test(node.type);

const holdsFunction = (node: Node): boolean => isFunction(node) || children(node).some(holdsFunction);

const nameOf = (node: unknown): string => {
  if (!isNode(node)) return '';
  if (node.type === 'Identifier') return String(node['name']);
  return node.type === 'Literal' ? String(node['value']) : '';
};

/** The module that `await import('…')` names. */
const importedBy = (node: unknown): string | undefined => {
  if (!isNode(node) || node.type !== 'AwaitExpression') return undefined;
  const imported = node['argument'] as Node;
  return imported.type === 'ImportExpression' ? nameOf(imported['source']) : undefined;
};

const modules = new Map<string, Module>();

const load = (file: string): Module => {
  const known = modules.get(file);
  if (known !== undefined) return known;
  const units = new Map<string, Node[]>();
  const imports = new Map<string, { from: string; name: string }>();
  const namespaces = new Set<string>();
  const taken = new Set<string>();
  const visit = (node: Node, isTop: boolean): void => {
    if (node.type === 'ImportDeclaration' && node['importKind'] !== 'type')
      for (const one of children(node).filter(({ type }) => type === 'ImportSpecifier'))
        imports.set(nameOf(one['local']), {
          from: String((node['source'] as Node)['value']),
          name: nameOf(one['imported']),
        });
    const later = node.type === 'VariableDeclarator' ? importedBy(node['init']) : undefined;
    if (later !== undefined)
      for (const one of children(node['id'] as Node))
        imports.set(nameOf(one['value']), { from: later, name: nameOf(one['key']) });
    if (node.type === 'ObjectPattern')
      for (const one of children(node)) taken.add(nameOf(one['value'])).add(nameOf(one['key']));
    if (node.type === 'ImportNamespaceSpecifier') namespaces.add(nameOf(node['local']));
    const declares =
      (node.type === 'VariableDeclarator' && (isTop || isFunction(node['init']))) ||
      node.type === 'FunctionDeclaration';
    if (declares && isNode(node['id'])) {
      const name = nameOf(node['id']);
      units.set(name, [...(units.get(name) ?? []), node]);
    }
    const within = isTop && !isFunction(node);
    for (const child of children(node)) visit(child, within);
  };
  visit(parseAst(readFileSync(file, 'utf8'), { lang: 'ts' }) as unknown as Node, true);
  const loaded = { units, imports, namespaces, taken };
  modules.set(file, loaded);
  return loaded;
};

const collections: ReadonlySet<string> = new Set(['add', 'get', 'set', 'has', 'delete']);

/** Pure by law (DESIGN: match is pure): what is given no port can call none. */
const pure = /\/core\/compile\.ts$|\/detections\/|\/tripline\.config\.ts$/;

const services: Readonly<Record<string, string>> = {
  'client-cloudtrail': 'cloudtrail',
  'client-cloudwatch-logs': 'logs',
  'client-dynamodb': 'dynamodb',
  'client-ec2': 'ec2',
  'client-eks': 'eks',
  'client-eventbridge': 'events',
  'client-iam': 'iam',
  'client-lambda': 'lambda',
  'client-s3': 's3',
  'client-sns': 'sns',
  'client-sqs': 'sqs',
  'client-sts': 'sts',
};

/** Operations whose permission has another name (Service Authorization Reference). */
const permissions: Readonly<Record<string, string>> = {
  's3:HeadObject': 's3:GetObject',
  's3:ListObjectsV2': 's3:ListBucket',
};

/**
 * Whether a call may be of a port's member: not of a module's (`v.object`), nor of what is declared by that name. Sets and maps have
 * members of some of those names: they count on what a call gives, as ports are (`suppressions().add`).
 */
const isPort = (file: string, callee: Node): boolean => {
  const { namespaces, units, imports, taken } = load(file);
  if (callee.type !== 'MemberExpression') {
    const name = nameOf(callee);
    return taken.has(name) && !units.has(name) && !imports.has(name);
  }
  if (namespaces.has(nameOf(callee['object']))) return false;
  return !collections.has(nameOf(callee['property'])) || (callee['object'] as Node).type === 'CallExpression';
};

/** Whether a property's value is a function of an object, said in place, wrapped (`lazy(() => …)`), or by its name. */
const isMember = (file: string, value: Node): boolean => {
  if (value.type === 'Identifier') return (load(file).units.get(nameOf(value)) ?? []).some(holdsFunction);
  return value.type !== 'ObjectExpression' && holdsFunction(value);
};

/**
 * The IAM actions of every AWS SDK command that a handler's code can send. From the handler, what it names is followed from
 * module to module. A function that is a member of an object counts where a member of that name is called anywhere in what was
 * followed: more than what happens, never less, and adapters are one file a service.
 */
export const sentBy = (root: string, handler: string): ReadonlySet<string> => {
  const sent = new Set<string>();
  const called = new Set<string>();
  const seen = new Set<Node>();
  const postponed = new Map<string, Unit[]>();
  const computed = new Set<string>();
  const queue: Unit[] = [];

  const callNow = (name: string): void => {
    if (called.has(name)) return;
    called.add(name);
    queue.push(...(postponed.get(name) ?? []));
    postponed.delete(name);
  };

  /** A member that is called by a name known only when it runs may be any of the file's. */
  const openAll = (file: string): void => {
    for (const [name, units] of postponed) if (units.some(one => one.file === file)) callNow(name);
    computed.add(file);
  };

  const follow = (file: string, name: string): void => {
    const { units, imports } = load(file);
    for (const node of units.get(name) ?? []) queue.push({ file, node });
    const source = imports.get(name);
    if (source !== undefined) followInto(file, source);
  };

  const followInto = (file: string, source: { readonly from: string; readonly name: string }): void => {
    if (!source.from.startsWith('.')) return;
    const target = join(dirname(file), source.from);
    if (!pure.test(target) && target.endsWith('.ts')) follow(target, source.name);
  };

  /** A command, or a paginator of one. */
  const send = (source: { readonly from: string; readonly name: string } | undefined): void => {
    const [, paginated, command] = /^paginate(\w+)$|^(\w+)Command$/.exec(source?.name ?? '') ?? [];
    const operation = paginated ?? command;
    if (source === undefined || operation === undefined || !source.from.startsWith('@aws-sdk/')) return;
    const service = services[source.from.replace('@aws-sdk/', '')];
    if (service === undefined) throw new Error(`test/stack/sends.ts: which IAM prefix has ${source.from}?`);
    const action = `${service}:${operation}`;
    sent.add(permissions[action] ?? action);
  };

  const walk = (file: string, node: Node): void => {
    if (node.type.startsWith('TS') && !/^TS(As|Satisfies|NonNull)/.test(node.type)) return;
    if (node.type === 'Property' && isMember(file, node['value'] as Node)) {
      const name = nameOf(node['key']);
      if (name !== '' && !called.has(name) && !computed.has(file)) {
        postponed.set(name, [...(postponed.get(name) ?? []), { file, node: node['value'] as Node }]);
        return;
      }
    }
    // A function of its own runs where it is named.
    if (node.type === 'VariableDeclarator' && isFunction(node['init']) && !seen.has(node)) return;
    if (node.type === 'CallExpression') {
      const callee = node['callee'] as Node;
      if (callee['computed'] === true) openAll(file);
      if (isPort(file, callee)) callNow(nameOf(callee.type === 'MemberExpression' ? callee['property'] : callee));
    }
    if (node.type === 'Identifier') {
      send(load(file).imports.get(nameOf(node)));
      follow(file, nameOf(node));
    }
    if (node.type === 'MemberExpression' && node['computed'] !== true) {
      const from = importedBy(node['object']);
      if (from !== undefined) followInto(file, { from, name: nameOf(node['property']) });
      walk(file, node['object'] as Node);
      return;
    }
    for (const child of children(node)) walk(file, child);
  };

  const file = join(root, `${handler}.ts`);
  follow(file, 'handler');
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (seen.has(next.node)) continue;
    seen.add(next.node);
    // The declaration itself was reached: what it is, not only its name.
    for (const child of children(next.node).length > 0 ? [next.node] : []) walk(next.file, child);
  }
  return sent;
};
