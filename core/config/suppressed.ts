import { cloudtrailVocabulary } from '../cloudtrail/vocabulary.ts';
import { severities } from '../detection.ts';
import { kubernetesVocabulary } from '../kubernetes/vocabulary.ts';
import type { Members } from '../member-slips.ts';
import type { Group, Node } from '../pattern/node.ts';
import { factsIn, slipsIn } from '../vocabulary.ts';

/** Of records of either source, and of what the pipeline says of itself. */
const members: Members = {
  ...cloudtrailVocabulary.members,
  ...kubernetesVocabulary.members,
  source: 'open',
  why: 'open',
  canary: 'open',
};

/** A pattern without what it asks of other fields. */
const only = ({ fields, or }: Group, isOne: (name: string) => boolean): Group => ({
  is: 'group',
  fields: fields.filter(({ name }) => isOne(name)),
  or: or.map(branch => only(branch, isOne)),
});

/** What is asked of `finding` or `event`, wherever it stands. */
const inside = ({ fields, or }: Group, of: string): readonly Node[] => [
  ...fields.filter(({ name }) => name === of).map(({ node }) => node),
  ...or.flatMap(branch => inside(branch, of)),
];

/**
 * What a suppression's pattern asks that no finding can answer: a severity that is none, a misspelt member of a record, facts, of which
 * a finding keeps none. It would hide nothing, and nobody would see why.
 */
export const slipsInSuppression = (pattern: Group): readonly string[] => [
  ...inside(pattern, 'finding').flatMap(node =>
    node.is === 'leaf'
      ? []
      : factsIn(
          only(node, name => name === 'severity'),
          { severity: severities },
        ),
  ),
  ...inside(pattern, 'event').flatMap(node =>
    node.is === 'leaf'
      ? []
      : [
          ...inside(node, 'fact').map(() => 'event.fact: a finding keeps its record, without facts'),
          ...slipsIn(
            only(node, name => name !== 'fact'),
            { facts: {}, members },
          ),
        ],
  ),
];

/** The detections that a suppression's pattern names outright; what it asks by wildcard or prefix is believed. */
export const namedBy = ({ fields, or }: Group): readonly string[] => [
  ...fields.flatMap(({ path, node }) =>
    node.is === 'group'
      ? namedBy(node)
      : path.join('.') === 'finding.detection'
        ? node.tests.flatMap(test => (test.is === 'equal' && typeof test.value === 'string' ? [test.value] : []))
        : [],
  ),
  ...or.flatMap(namedBy),
];
