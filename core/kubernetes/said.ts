import type { Key } from '../detection.ts';
import type { View } from '../fact.ts';
import { list } from '../json.ts';

type AuditView = View<'kubernetes'>;

/** The text of a fact, as keys and titles want it; `unknown` where it is no text. */
export const said = (view: AuditView, fact: string): string => {
  const value = view.fact(fact);
  return typeof value === 'string' && value !== '' ? value : 'unknown';
};

/** The texts in a fact that is a list of them. */
export const texts = (view: AuditView, fact: string): readonly string[] =>
  list(view.fact(fact)).filter(one => typeof one === 'string');

/** The object with its resource and group: `nodepools.karpenter.sh default`. */
export const objectOf = (view: AuditView): string => {
  const { resource = 'unknown', apiGroup } = view.record.objectRef ?? {};
  return `${resource}${apiGroup ? `.${apiGroup}` : ''} ${said(view, 'object.path')}`;
};

/** One finding a user and object. */
export const byUserAndObject = (view: AuditView): readonly Key[] => [
  { user: said(view, 'principal.id'), object: objectOf(view) },
];

/** One finding an object, whoever touched it. */
export const byObject = (view: AuditView): readonly Key[] => [{ object: objectOf(view) }];

/** One finding a user. */
export const byUser = (view: AuditView): readonly Key[] => [{ user: said(view, 'principal.id') }];
