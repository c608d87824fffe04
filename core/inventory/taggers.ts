import { type Statement, statementsOf } from '../cloudtrail/policy.ts';
import { isServiceLinked, lastSegment, roleByArn } from '../cloudtrail/roles.ts';
import { isObject, type Json, list, member } from '../json.ts';
import type { Settings } from '../settings.ts';
import { kindIn, matchesAny, matchesArn } from '../wildcard.ts';
import type { Holder } from './aws.ts';
import type { Violation } from './violation.ts';

/**
 * How far somebody may write a tag that steers Karpenter: `yes`, `maybe` (under conditions, or with policies, that are not judged
 * here), `no`. Only identity policies and permissions boundaries are read: a service control policy of the organisation may forbid
 * what this calls `yes`, a session policy too.
 */
export type Grip = 'no' | 'maybe' | 'yes';

/** What steers Karpenter: tags it selects subnets, security groups and images by, and those by which it owns instances. */
const steeringTags = (settings: Settings): readonly string[] => [
  'karpenter.sh/discovery',
  'karpenter.sh/nodepool',
  'karpenter.sh/nodeclaim',
  'kubernetes.io/cluster/any',
  ...settings.selectorTags.map(key => key.replaceAll('*', 'any')),
  // A wildcard over keys of images names no key that a policy could be asked about.
  ...settings.imageSelectorTags.filter(key => !key.includes('*')),
];

/** Kinds of resources that bear such tags (EC2 User Guide, "Tag your Amazon EC2 resources"). */
const steered = ['instance', 'subnet', 'security-group', 'launch-template', 'image'];
const tagging = ['ec2:createtags', 'ec2:deletetags'];

const words = (statement: Statement, name: string): readonly string[] =>
  list(statement, name).filter(one => typeof one === 'string');

/** IAM's `?` stands for one character: taken for any run of them, which grants more, never less. */
const wild = (pattern: string): string => pattern.toLowerCase().replaceAll('?', '*');

const concernsTagging = (statement: Statement): boolean =>
  member(statement, 'NotAction') === undefined
    ? tagging.some(action => matchesAny(words(statement, 'Action').map(wild), action))
    : tagging.some(action => !matchesAny(words(statement, 'NotAction').map(wild), action));

/** Whether an ARN pattern may mean a resource that bears steering tags. */
const isSteered = (pattern: string): boolean => {
  const tail = pattern.split(':').slice(5).join(':');
  if (tail === '') return pattern.includes('*');
  const kind = wild(tail.split('/')[0] ?? '');
  return steered.some(one => matchesAny([kind], one));
};

const concernsSteered = (statement: Statement): boolean =>
  member(statement, 'NotResource') !== undefined || words(statement, 'Resource').some(isSteered);

const textsOf = (values: Json | undefined): readonly string[] =>
  (Array.isArray(values) ? values : [values]).filter(one => typeof one === 'string');

/** What one test of a condition leaves of an Allow. */
const allowedUnder = (operator: string, key: string, values: readonly string[], steering: readonly string[]): Grip => {
  // Tagging at creation only: an existing subnet or instance can't be retagged so (EC2 User Guide, "Grant permission to tag … during creation").
  if (/^ec2:CreateAction$/i.test(key) && /^(ForAnyValue:)?String(Equals|Like)$/i.test(operator)) return 'no';
  if (!/^aws:TagKeys$/i.test(key)) return 'maybe';
  const touches = (tag: string): boolean => matchesAny(values.map(wild), tag.toLowerCase());
  if (/^ForAllValues:String(Equals|Like)(IgnoreCase)?$/i.test(operator)) return steering.some(touches) ? 'maybe' : 'no';
  if (/^ForAllValues:StringNot(Equals|Like)(IgnoreCase)?$/i.test(operator))
    return steering.every(touches) ? 'no' : 'maybe';
  return 'maybe';
};

const least = (all: readonly Grip[]): Grip => (all.includes('no') ? 'no' : all.includes('maybe') ? 'maybe' : 'yes');
const most = (all: readonly Grip[]): Grip => (all.includes('yes') ? 'yes' : all.includes('maybe') ? 'maybe' : 'no');

const testsOf = (statement: Statement) =>
  Object.entries(isObject(statement['Condition']) ? statement['Condition'] : {}).flatMap(([operator, tests]) =>
    Object.entries(isObject(tests) ? tests : {}).map(([key, values]) => ({ operator, key, values: textsOf(values) })),
  );

const allowed = (statement: Statement, steering: readonly string[]): Grip => {
  if (statement['Effect'] !== 'Allow' || !concernsTagging(statement) || !concernsSteered(statement)) return 'no';
  return least(testsOf(statement).map(({ operator, key, values }) => allowedUnder(operator, key, values, steering)));
};

/** What a Deny leaves: nothing where it holds for every steering tag everywhere, a doubt where it holds under conditions or in part. */
const left = (statement: Statement, steering: readonly string[]): Grip => {
  if (statement['Effect'] !== 'Deny' || !concernsTagging(statement) || !concernsSteered(statement)) return 'yes';
  const actions = words(statement, 'Action').map(wild);
  const whole = words(statement, 'Resource').includes('*') && tagging.every(action => matchesAny(actions, action));
  const guards = testsOf(statement).every(
    ({ operator, key, values }) =>
      /^aws:TagKeys$/i.test(key) &&
      /^ForAnyValue:String(Equals|Like)(IgnoreCase)?$/i.test(operator) &&
      steering.every(tag => matchesAny(values.map(wild), tag.toLowerCase())),
  );
  return whole && guards ? 'no' : 'maybe';
};

/** What one document says about steering tags. */
interface Reading {
  readonly granted: Grip;
  /** What its Denies leave of what others grant. */
  readonly left: Grip;
  readonly everything: boolean;
}

/** A document that names neither EC2 nor everything says nothing here; IAM takes no wildcard in a service's name. */
const concerns = /ec2|"\*(:\*)?"|%22(\*|%2A)(:|%3A)?|NotAction/i;
const silent: Reading = { granted: 'no', left: 'yes', everything: false };

const reading = (document: string | undefined, steering: readonly string[]): Reading => {
  if (document === undefined) return { ...silent, granted: 'maybe' };
  if (!concerns.test(document)) return silent;
  const statements = statementsOf(document);
  if (statements === undefined) return { ...silent, granted: 'maybe' };
  return {
    granted: most(statements.map(one => allowed(one, steering))),
    left: least(statements.map(one => left(one, steering))),
    everything: statements.some(
      one => one['Effect'] === 'Allow' && words(one, 'Action').some(action => /^(\*|\*:\*)$/.test(action)),
    ),
  };
};

/** Somebody who may write steering tags, or may do so under conditions. */
export interface Tagger {
  readonly arn: string;
  readonly grip: Exclude<Grip, 'no'>;
  /** Policies that concern it, by name. */
  readonly by: readonly string[];
  /** `administrator`: by a policy that allows everything; `expected`: a controller, the settings' platform, or AWS's own role. */
  readonly who: 'node' | 'administrator' | 'expected' | 'other';
}

const whoIs = (arn: string, isAdministrator: boolean, settings: Settings): Tagger['who'] => {
  if (matchesArn(settings.platform.arns ?? [], arn) || isServiceLinked(arn)) return 'expected';
  const { kind } = kindIn(arn) === 'role' ? roleByArn(arn, settings) : { kind: 'other' };
  if (kind === 'controller' || kind === 'likely-controller') return 'expected';
  if (kind === 'node') return 'node';
  return isAdministrator ? 'administrator' : 'other';
};

/** Who of an account's users and roles may write steering tags, as far as their policies tell; by ARN. */
export const taggersOf = (holders: readonly Holder[], settings: Settings): readonly Tagger[] => {
  const steering = steeringTags(settings);
  const known = new Map<string | undefined, Reading>();
  const read = (document: string | undefined): Reading => {
    const before = known.get(document);
    if (before !== undefined) return before;
    const made = reading(document, steering);
    known.set(document, made);
    return made;
  };
  return holders
    .flatMap(({ arn, policies, boundary }): readonly Tagger[] => {
      const own = policies.map(({ name, document }) => ({ name, ...read(document) }));
      const limits = boundary === undefined ? [] : [read(boundary.document)];
      const grip = least([
        most(own.map(({ granted }) => granted)),
        ...own.map(one => one.left),
        ...limits.flatMap(({ granted, left: rest }) => [granted, rest]),
      ]);
      if (grip === 'no') return [];
      const by = own.filter(one => least([one.granted, one.left]) !== 'no').map(({ name }) => lastSegment(name));
      const isAdministrator = own.some(one => one.everything);
      return [{ arn, grip, by: by.sort(), who: whoIs(arn, isAdministrator, settings) }];
    })
    .toSorted((a, b) => (a.arn < b.arn ? -1 : 1));
};

/** The principal of a finding that stands for those beyond the bound. */
export const others = 'others';
/** Principals that are findings of their own. */
const mostTaggers = 100;

/**
 * Those who write tags by which Karpenter chooses subnets, security groups and images, or knows its instances. Administrators are
 * no findings: they need no tags. Nor is who may do it under conditions that are not judged; the inventory's summary counts them.
 */
export const steering = (all: readonly Tagger[]): readonly Violation[] => {
  const writers = all
    .filter(({ grip, who }) => grip === 'yes' && (who === 'node' || who === 'other'))
    .toSorted((a, b) => Number(b.who === 'node') - Number(a.who === 'node'));
  const told = writers.slice(0, mostTaggers).map(
    ({ arn, who, by }): Violation => ({
      code: 'steering-tags-writable',
      severity: who === 'node' ? 'high' : 'medium',
      key: { principal: arn },
      title: `${who === 'node' ? 'The node role' : 'The principal'} ${lastSegment(arn)} may write tags that steer Karpenter, by ${by.slice(0, 3).join(', ')}`,
      resources: [arn],
    }),
  );
  const rest = writers.length - told.length;
  if (rest <= 0) return told;
  return [
    ...told,
    {
      code: 'steering-tags-writable',
      severity: 'medium',
      key: { principal: others },
      title: `More than ${mostTaggers} principals may write tags that steer Karpenter: ${rest} beyond those that are findings`,
      resources: [],
    },
  ];
};
