import * as v from 'valibot';
import { severities } from '../detection.ts';
import type { Pattern } from '../pattern/language.ts';
import type { Suppression } from '../settings.ts';
import { loadSuppression, mostDays } from '../suppress.ts';
import { day } from './values.ts';

const pattern = v.custom<Pattern>(
  value => typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0,
  'a pattern in the rule language: an object that says something (docs/language.md)',
);
const detectionId = v.pipe(
  v.string(),
  v.regex(/^[a-z]+\/[a-z0-9-]+$/, 'a detection id like "cloudtrail/launch-burst"'),
);
const ofOne = v.strictObject({
  status: v.optional(v.picklist(['alerting', 'watching', 'off'])),
  severity: v.optional(v.picklist(severities)),
  threshold: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  exemptions: v.optional(
    v.array(
      v.strictObject({
        when: pattern,
        reason: v.pipe(v.string(), v.minLength(5, 'say why, for whoever reads it next year')),
        owner: v.optional(v.string()),
        expires: day,
      }),
    ),
  ),
});

/** What is set of single detections, by their id. */
export const detections = v.record(detectionId, ofOne);

/** What is stored and not announced, and why, by whom and until when. */
export const suppression = v.pipe(
  v.strictObject({
    id: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{1,60}$/, 'a short name like "load-test"')),
    when: pattern,
    reason: v.pipe(v.string(), v.minLength(5, 'say why, for whoever reads it next year')),
    owner: v.pipe(v.string(), v.minLength(1, 'say who answers for it')),
    from: day,
    expires: day,
  }),
  v.check(
    one => Date.parse(one.expires) > Date.parse(one.from),
    'it ends before it begins: `expires` is a day after `from`',
  ),
  v.check(
    one => Date.parse(one.expires) - Date.parse(one.from) <= mostDays * 86_400_000,
    `lasts longer than ${mostDays} days: end it sooner and look again then`,
  ),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    try {
      loadSuppression(dataset.value as Suppression);
    } catch (error) {
      addIssue({ message: error instanceof Error ? error.message : String(error) });
    }
  }),
);
