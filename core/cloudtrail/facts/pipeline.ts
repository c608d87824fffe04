import type { Facts } from '../../fact.ts';
import type { OpenPattern } from '../../pattern/language.ts';
import { blindingEvents, blindingOf } from '../blinding.ts';

const needs = (): OpenPattern => ({
  eventSource: blindingEvents.sources,
  eventName: [...blindingEvents.names, ...blindingEvents.prefixes.map(prefix => ({ prefix }))],
});

/** What would blind the pipeline, a trail or the logs it reads. */
export const pipelineFacts: Facts<'cloudtrail'> = {
  'blinding.resources': {
    doc: 'The trails, log groups, rules, functions, tables, topics … that a call takes away from those who watch, as far as they are ours, logs that the pipeline reads, or trails of any name.',
    needs,
    read: (event, settings) => blindingOf(event.record, settings).map(({ resource }) => resource),
  },
  'blinding.how': {
    doc: 'What the call does to them, in words; `none` where it blinds nobody.',
    needs,
    read: (event, settings) => blindingOf(event.record, settings)[0]?.how ?? 'none',
  },
};
