import type { Event, Records, Source } from '../event.ts';
import type { Facts, May } from '../fact.ts';
import type { Json } from '../json.ts';
import type { Condition } from '../pattern/language.ts';
import { loadPattern } from '../pattern/load.ts';
import type { Field, Node, Test } from '../pattern/node.ts';
import { conditionOf } from '../pattern/print.ts';
import type { Settings } from '../settings.ts';
import { sources } from '../sources.ts';
import { type Clause, reduce } from './clause.ts';
import { canHoldFor, clausesOf, type Need, type Needs } from './derive.ts';

/**
 * What the facts of a source need under these settings.
 * @param signed their signs, too, which filters have neither room nor words for
 * @param cluster what they are in this one, where signs differ
 */
export const needsOf = <S extends Source>(source: S, settings: Settings, signed = false, cluster?: string): Needs => {
  const facts: Facts<S> = sources[source].facts;
  const known = new Map<string, Need | undefined>();
  const needOf = (name: string): Need | undefined => {
    const fact = Object.hasOwn(facts, name) ? facts[name] : undefined;
    if (fact === undefined) return undefined;
    const pattern = fact.needs(settings);
    const { signs } = fact;
    const needsAny = Object.keys(pattern).length > 0;
    if (!needsAny && (signs === undefined || !signed)) return undefined;
    return {
      neutral: fact.read(nothing(source), settings),
      ...(needsAny ? { pattern: loadPattern(pattern) } : {}),
      ...(signs !== undefined && signed
        ? { signs: signsOf((may, texts) => signs(settings, may, texts, cluster)) }
        : {}),
    };
  };
  return name => {
    if (!known.has(name)) known.set(name, needOf(name));
    return known.get(name);
  };
};

/** The signs of a fact as clauses; many rules ask the same of one. */
const signsOf = (
  signs: (may: May, texts: readonly Condition[] | undefined) => readonly object[],
): ((asked: Field) => readonly Clause[] | undefined) => {
  const known = new Map<string, readonly Clause[] | undefined>();
  return asked => {
    const text = JSON.stringify(asked.node, (_, value) => (typeof value === 'bigint' ? `${value}` : value)); // an address
    if (known.has(text)) return known.get(text);
    const answers = new Map<Json, boolean>();
    const made = signs(value => {
      const answer = answers.get(value) ?? canHoldFor(asked, value);
      answers.set(value, answer);
      return answer;
    }, textsOf(asked.node));
    known.set(text, alternatives(made));
    return known.get(text);
  };
};

/** What a condition asks of texts alone, by what they are like; undefined where other values pass it too. */
const textsOf = (node: Node): readonly Condition[] | undefined =>
  node.is === 'leaf' && node.tests.every(isOfText) ? node.tests.map(conditionOf) : undefined;

const isOfText = (test: Test): boolean =>
  test.is === 'equal'
    ? typeof test.value === 'string'
    : test.is === 'prefix' || test.is === 'suffix' || test.is === 'fold' || test.is === 'wildcard';

/** Clauses of which one holds where one of some patterns does; undefined where one of these is any event. */
const alternatives = (patterns: readonly object[]): readonly Clause[] | undefined =>
  patterns.some(pattern => Object.keys(pattern).length === 0)
    ? undefined
    : reduce(patterns.flatMap(one => clausesOf(loadPattern(one), () => undefined)));

/** An event that says nothing, so that no fact's need is met. */
const nothing = <S extends Source>(source: S): Event<S> => {
  const records: Records = {
    cloudtrail: { eventID: '', eventTime: '', eventSource: '', eventName: '' },
    kubernetes: { auditID: '', verb: '' },
  };
  return { source, id: '', time: 0, account: '', region: '', cluster: '', record: records[source] };
};
