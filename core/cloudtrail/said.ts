import type { View } from '../fact.ts';
import { type Json, list } from '../json.ts';

/** The text of a fact, as keys and titles want it; `unknown` where it is no text. */
export const said = (view: View<'cloudtrail'>, fact: string): string => {
  const value = view.fact(fact);
  return typeof value === 'string' && value !== '' ? value : 'unknown';
};

/** The elements of a fact that is a list. */
export const listed = (view: View<'cloudtrail'>, fact: string): readonly Json[] => list(view.fact(fact));

/** The texts in a fact that is a list of them. */
export const texts = (view: View<'cloudtrail'>, fact: string): readonly string[] =>
  listed(view, fact).filter(one => typeof one === 'string');

/**
 * The part of a key by which refused calls are a finding of their own, where some calls that succeed are no graver: else what succeeds
 * after a refusal would be no news, under the title of the refusal.
 */
export const refusal = (view: View<'cloudtrail'>): { readonly reason?: string } =>
  said(view, 'call.outcome') === 'succeeded' ? {} : { reason: said(view, 'call.outcome') };
