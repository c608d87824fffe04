import { at, type Json, list, text } from '../json.ts';
import { type Expectation, hasMembers, type Look, look, type Problem, type Subject } from './problem.ts';

const requirements = 'spec.template.spec.requirements';

/** Requirement keys that say which machines may be made (Karpenter documentation, "Well-known labels"). */
const type = ['node.kubernetes.io/instance-type', 'beta.kubernetes.io/instance-type'];
const family = [
  'karpenter.k8s.aws/instance-family',
  'eks.amazonaws.com/instance-family',
  'karpenter.azure.com/sku-family',
];
const category = ['karpenter.k8s.aws/instance-category', 'eks.amazonaws.com/instance-category'];
const size = ['karpenter.k8s.aws/instance-size', 'eks.amazonaws.com/instance-size'];
const hypervisor = ['karpenter.k8s.aws/instance-hypervisor', 'eks.amazonaws.com/instance-hypervisor'];
const gpus = ['instance-gpu-count', 'instance-gpu-name', 'instance-gpu-manufacturer', 'instance-gpu-memory'].flatMap(
  name => [`karpenter.k8s.aws/${name}`, `eks.amazonaws.com/${name}`],
);

interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

const read = (one: Json): Requirement => ({
  key: text(one, 'key') ?? '',
  operator: text(one, 'operator') ?? '',
  values: list(one, 'values').filter(value => typeof value === 'string'),
});

/** EC2 series with GPUs or accelerators, alone (a category) or as the beginning of a family. */
const accelerated = /^(?:p|g|gr|trn|inf|dl|vt)(?:\d|$)/;

const isMetal = (value: string): boolean => /(?:^|\.)metal/.test(value);

/** Judges a Karpenter NodePool (`karpenter.sh/v1`), Auto Mode's included. */
export const judgeNodePool = (subject: Subject, expectation: Expectation): readonly Problem[] => {
  const node = look(subject);
  return [...judgeMachines(node), ...judgeLimits(node), ...judgeExpiry(node, expectation), ...judgeDisruption(node)];
};

const judgeMachines = (node: Look): readonly Problem[] => {
  if (!node.complete(requirements)) return [];
  const all = node.list(requirements).map(read);
  const having = (keys: readonly string[]): readonly Requirement[] => all.filter(({ key }) => keys.includes(key));
  const chosen = [...having(type), ...having(family), ...having(category)].filter(({ operator }) =>
    ['In', 'NotIn'].includes(operator),
  );
  if (chosen.length === 0)
    return [
      {
        code: 'instances-unrestricted',
        path: requirements,
        severity: 'high',
        message:
          'No requirement restricts the instance family, category or type: any machine that EC2 sells may be launched.',
      },
    ];
  const problems: Problem[] = [];
  if (!excludesAccelerators(chosen) && !having(gpus).some(({ operator }) => operator === 'DoesNotExist'))
    problems.push({
      code: 'accelerators-allowed',
      path: requirements,
      severity: 'high',
      message: 'GPU or accelerator families are not excluded.',
    });
  if (!excludesMetal([...chosen, ...having(size), ...having(hypervisor)]))
    problems.push({
      code: 'metal-allowed',
      path: requirements,
      severity: 'high',
      message: 'Bare metal is not excluded: its tenant controls the hardware that other guests would not.',
    });
  return problems;
};

/** An `In` list without any excludes them; a `NotIn` list has to name both GPU series. */
const excludesAccelerators = (chosen: readonly Requirement[]): boolean =>
  chosen.some(({ key, operator, values }) => {
    if (operator === 'In') return values.length > 0 && !values.some(value => accelerated.test(value));
    return category.includes(key) && values.includes('g') && values.includes('p');
  });

const excludesMetal = (about: readonly Requirement[]): boolean =>
  about.some(({ key, operator, values }) => {
    if (type.includes(key) || size.includes(key))
      return operator === 'In'
        ? values.length > 0 && !values.some(isMetal)
        : operator === 'NotIn' && values.some(isMetal);
    return hypervisor.includes(key) && operator === 'In' && values.length > 0 && !values.includes('');
  });

/** Resources that every node has; limits of others bound no node that lacks them. */
const bounding = ['cpu', 'memory', 'pods', 'ephemeral-storage', 'nodes'];
const isSet = (value: Json | undefined): boolean => value !== undefined && value !== null;

const judgeLimits = (node: Look): readonly Problem[] => {
  // A static pool makes as many nodes as it says, whatever is pending (karpenter, `NodePoolSpec.replicas`): it can become no other.
  // The API server of an older Karpenter drops the member, and the pool is one as any other: only what is stored says that it is static.
  if (typeof node.at('spec.replicas') === 'number' && !node.isSent) return [];
  const limits = node.at('spec.limits');
  if (!node.lacks('spec.limits') && (limits === undefined || bounding.some(name => isSet(at(limits, name))))) return [];
  // A patch of limits that bound nothing leaves others as they are, unless it takes one away.
  if (!node.whole && hasMembers(limits) && !bounding.some(name => at(limits, name) === null)) return [];
  return [
    {
      code: 'unlimited',
      path: 'spec.limits',
      severity: 'high',
      message: 'Without limits, pending pods may launch machines without end.',
    },
  ];
};

/** Hours of a Karpenter duration (`720h`, `1h30m`), or undefined for what is none. */
export const hoursOf = (duration: string): number | undefined => {
  const parts = /^(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?$/.exec(duration);
  if (parts === null || duration === '') return undefined;
  return Number(parts[1] ?? 0) + Number(parts[2] ?? 0) / 60 + Number(parts[3] ?? 0) / 3600;
};

const expiry = 'spec.template.spec.expireAfter';

const judgeExpiry = (node: Look, { maximumNodeAge }: Expectation): readonly Problem[] => {
  if (node.lacks(expiry))
    return [
      {
        code: 'expiry-default',
        path: expiry,
        severity: 'low',
        message: `Nodes live 720h, Karpenter's default; expected at most ${maximumNodeAge}.`,
      },
    ];
  const value = node.at(expiry);
  if (value === 'Never')
    return [
      {
        code: 'expiry-never',
        path: expiry,
        severity: 'medium',
        message: 'Nodes are never replaced, so neither is what an intruder left on them.',
      },
    ];
  const hours = typeof value === 'string' ? hoursOf(value) : undefined;
  const bound = hoursOf(maximumNodeAge);
  if (hours === undefined || bound === undefined || hours <= bound) return [];
  return [
    {
      code: 'expiry-long',
      path: expiry,
      severity: 'low',
      message: `Nodes live ${String(value)}; expected at most ${maximumNodeAge}.`,
    },
  ];
};

const budgets = 'spec.disruption.budgets';

const judgeDisruption = (node: Look): readonly Problem[] => {
  const all = node.list(budgets);
  if (node.lacks(budgets) || (node.at(budgets) !== undefined && node.complete(budgets) && all.length === 0))
    return [
      {
        code: 'no-disruption-budget',
        path: budgets,
        severity: 'low',
        message: 'No budget of its own bounds how many nodes are replaced at once (default 10%).',
      },
    ];
  const frozen = all.some(
    one =>
      ['0', '0%'].includes(text(one, 'nodes') ?? '') &&
      list(one, 'schedule').length === 0 &&
      list(one, 'reasons').length === 0,
  );
  if (!frozen) return [];
  return [
    {
      code: 'disruption-frozen',
      path: budgets,
      severity: 'medium',
      message: 'A budget of 0 nodes at all times keeps drifted nodes alive.',
    },
  ];
};
