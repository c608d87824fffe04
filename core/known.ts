import { instanceScope } from './state/instance.ts';
import { addressInName, addressScope, joinedScope, nodeScope } from './state/node.ts';
import type { Item, Store } from './state/observation.ts';

/** Something that one can ask about, as its name tells it. */
export type Subject =
  | { readonly kind: 'instance' | 'key' | 'principal' | 'other'; readonly name: string }
  | { readonly kind: 'node'; readonly name: string };

/** What kind of thing a name is; `other`: what only findings know, as a user of a cluster or a security group. */
export const subjectOf = (name: string): Subject => {
  if (/^i-[0-9a-f]{8,17}$/.test(name)) return { kind: 'instance', name };
  if (/^A[A-Z]{3}[A-Z0-9]{12,124}$/.test(name)) return { kind: 'key', name };
  if (name.startsWith('node/')) return { kind: 'node', name: name.slice(5) };
  if (name.startsWith('system:node:')) return { kind: 'node', name: name.slice(12) };
  return { kind: name.startsWith('arn:') || name.startsWith('system:') ? 'principal' : 'other', name };
};

/** One thing and what its stored item says of it. */
export interface Known {
  readonly subject: Subject;
  /** The item by its sets; {} where nothing is known. */
  readonly item: Item;
}

export interface Places {
  readonly accounts: readonly string[];
  readonly clusters: readonly string[];
}

/** Things that lead to one another are followed so far: key → instance → node. */
const steps = 3;
/** Things looked at in one question. */
const most = 25;

const scopesOf = ({ kind, name }: Subject, { accounts, clusters }: Places): readonly string[] => {
  if (kind === 'key') return [`key#${name}`];
  if (kind === 'instance') return accounts.flatMap(one => [instanceScope(one, name), joinedScope(one, name)]);
  if (kind !== 'node') return [];
  const address = addressInName(name);
  return accounts.flatMap(account => [
    ...clusters.map(cluster => nodeScope(account, cluster, name)),
    ...(address === '' ? [] : [addressScope(account, address)]),
  ]);
};

/** What an item leads to. Of an address that was used again only its last instance is followed. */
const leadsOf = ({ kind }: Subject, items: readonly Item[]): readonly Subject[] => {
  const members = (set: string): readonly string[] => items.flatMap(item => item[set] ?? []);
  const instances = members('instance').map(one => ({
    at: one.length > 24 ? one.slice(0, 24) : '',
    id: one.split(' ').at(-1) ?? '',
  }));
  const stated = instances.filter(({ at }) => at === '').map(({ id }) => id);
  const last = instances
    .filter(({ at }) => at !== '')
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .at(-1)?.id;
  const found: Subject[] = [];
  if (kind !== 'instance')
    for (const name of stated.length > 0 ? stated : [last ?? []].flat()) found.push({ kind: 'instance', name });
  for (const node of members('node')) found.push({ kind: 'node', name: node.slice(node.indexOf('/') + 1) });
  return found;
};

/** All that is known of a thing and of what it leads to, the thing itself first. */
export const knownOf = async (subject: Subject, places: Places, store: Store): Promise<readonly Known[]> => {
  const found = new Map<string, Known>();
  let asked: readonly Subject[] = [subject];
  for (let step = 0; step < steps && asked.length > 0; step++) {
    const next: Subject[] = [];
    for (const one of asked.slice(0, most - found.size)) {
      const answers = await store.observe(scopesOf(one, places).map(scope => ({ scope, expires: 0 })));
      const items = answers.map(({ item }) => item);
      found.set(`${one.kind} ${one.name}`, { subject: one, item: merged(one, items) });
      next.push(...leadsOf(one, items));
    }
    asked = next.filter(({ kind, name }) => !found.has(`${kind} ${name}`));
  }
  return [...found.values()];
};

/** Several items of one thing as one. Who else had the address of a node is none of the node's business. */
const merged = ({ kind }: Subject, items: readonly Item[]): Item => {
  const sets = new Map<string, Set<string>>();
  for (const item of items)
    for (const [set, members] of Object.entries(item)) {
      if (kind === 'node' && set === 'instance' && members.some(one => one.includes(' '))) continue;
      sets.set(set, new Set([...(sets.get(set) ?? []), ...members]));
    }
  return Object.fromEntries([...sets].map(([set, members]) => [set, [...members].sort()]));
};

/** A moment in the life of a thing. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly what: string;
}

const words: { readonly [set: string]: (name: string) => string } = {
  launched: name => `${name} was launched`,
  joined: name => `${name} joined as a node`,
  terminated: name => `${name} was terminated`,
  issued: name => `${name} was issued`,
  gone: name => `the node ${name} was deleted`,
};

/** The moments that items tell. */
export const momentsOf = (known: readonly Known[]): readonly Moment[] => {
  const moments = known.flatMap(({ subject, item }) =>
    Object.entries(words).flatMap(([set, say]) =>
      (item[set] ?? []).map(at => ({ time: Date.parse(at), what: say(subject.name) })),
    ),
  );
  return [...new Map(moments.map(one => [`${one.time} ${one.what}`, one])).values()];
};
