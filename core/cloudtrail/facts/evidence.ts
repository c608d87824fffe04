import type { Facts } from '../../fact.ts';
import { list, member } from '../../json.ts';
import type { CloudTrailRecord } from '../record.ts';

/** Members that CloudTrail leaves out of a record that is too large. */
export const sized = ['requestParameters', 'responseElements', 'additionalEventData', 'serviceEventDetails'] as const;

/** A boolean in AWS's documentation; recorded events print it as text too. */
const said = (value: unknown): boolean => value === true || value === 'true';

/**
 * The members that CloudTrail cut because they were too large: it writes `{"reason": "requestParameters too large", "omitted": true,
 * "originalSize": 149893}` in their place (CloudTrail User Guide, "Record contents").
 */
export const omittedFields = (record: CloudTrailRecord): readonly string[] =>
  sized.filter(name => list(record, name).some(value => said(member(value, 'omitted'))));

/** Whether the record holds all that was said. */
export const evidenceFacts: Facts<'cloudtrail'> = {
  'evidence.omitted': {
    doc: 'Whether CloudTrail left out parameters, response or additional data as too large, so that no rule could judge them (CloudTrail User Guide, "Record contents").',
    needs: () => ({ $or: sized.map(name => ({ [name]: { omitted: [true, 'true'] } })) }),
    read: event => omittedFields(event.record).length > 0,
  },
  'evidence.missing': {
    doc: 'Which members of the record CloudTrail left out as too large.',
    needs: () => ({ $or: sized.map(name => ({ [name]: { omitted: [true, 'true'] } })) }),
    read: event => omittedFields(event.record),
  },
};
