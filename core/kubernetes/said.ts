import type { Key } from '../detection.ts';
import type { View } from '../fact.ts';
import { list } from '../json.ts';
import { isUsualAccount } from './known-users.ts';

type AuditView = View<'kubernetes'>;

/** The text of a fact, as keys and titles want it; `unknown` where it is no text. */
export const said = (view: AuditView, fact: string): string => {
  const value = view.fact(fact);
  return typeof value === 'string' && value !== '' ? value : 'unknown';
};

/** The texts in a fact that is a list of them. */
export const texts = (view: AuditView, fact: string): readonly string[] =>
  list(view.fact(fact)).filter(one => typeof one === 'string');

/** The object's resource and group: `nodepools.karpenter.sh`. */
const kindOf = ({ record }: AuditView): string => {
  const { resource = 'unknown', apiGroup } = record.objectRef ?? {};
  return `${resource}${apiGroup ? `.${apiGroup}` : ''}`;
};

/** The object with its resource and group: `nodepools.karpenter.sh default`. */
export const objectOf = (view: AuditView): string => `${kindOf(view)} ${said(view, 'object.path')}`;

/** One finding a user and object. */
export const byUserAndObject = (view: AuditView): readonly Key[] => [
  { user: said(view, 'principal.id'), object: objectOf(view) },
];

/**
 * The same; of NodeClaims, whose names nobody chooses, one for all, and of a controller that settings do not name, which writes such
 * objects all day, one for all of a kind: also where they name others, and it is no less grave for its usual name. The title says what was
 * done first: {@link joinedObject} names the others.
 */
export const byUserAndObjects = (view: AuditView): readonly Key[] =>
  isJoined(view) ? [{ user: said(view, 'principal.id'), object: kindOf(view) }] : byUserAndObject(view);

/** The object of an event that is joined with others of its kind by {@link byUserAndObjects}; none where the key says it. */
export const joinedObject = (view: AuditView): readonly string[] => (isJoined(view) ? [objectOf(view)] : []);

const isJoined = (view: AuditView): boolean =>
  view.record.objectRef?.resource === 'nodeclaims' ||
  said(view, 'principal.standing') === 'likely-controller' ||
  (said(view, 'principal.standing') === 'service-account' && isUsualAccount(said(view, 'principal.id')));

/** One finding an object, whoever touched it. */
export const byObject = (view: AuditView): readonly Key[] => [{ object: objectOf(view) }];

/** One finding a user. */
export const byUser = (view: AuditView): readonly Key[] => [{ user: said(view, 'principal.id') }];
