import { type Json, list, member, text } from '../../json.ts';
import { isFalse, type Judge, named, one, shortRetention, untold } from './judge.ts';

/** Whether a selector still takes in every management event (CloudTrail User Guide, "Logging management events"). */
const wholeSelector = (selector: Json): boolean =>
  !isFalse(member(selector, 'includeManagementEvents')) &&
  [undefined, 'All'].includes(text(selector, 'readWriteType')) &&
  list(selector, 'excludeManagementEventSources').length === 0;

/** An advanced selector for management events is narrowed by every further field: `readOnly`, `eventSource`, `eventName`, … */
const wholeAdvanced = (selector: Json): boolean => {
  const fields = list(selector, 'fieldSelectors');
  const management = fields.some(
    field => text(field, 'field') === 'eventCategory' && list(field, 'equals').includes('Management'),
  );
  return management && fields.every(field => text(field, 'field') === 'eventCategory');
};

/** Selectors that leave management events out; whatever was refused. */
export const selectors: Judge = (request, record) => {
  const basic = list(request, 'eventSelectors');
  const advanced = list(request, 'advancedEventSelectors');
  const trail = named(request, 'trailName');
  if (untold(record) && trail !== undefined) return one(trail, 'event selectors');
  if (basic.length + advanced.length === 0 || basic.some(wholeSelector) || advanced.some(wholeAdvanced)) return [];
  return one(trail, 'no longer logs all management events');
};

/**
 * An event data store that leaves management events out, as {@link selectors}, or other regions and accounts (CloudTrail API Reference,
 * UpdateEventDataStore); kept for less than a week, it forgets them.
 */
export const storeSelectors: Judge = (request, record) => {
  const store = named(request, 'eventDataStore');
  if (untold(record) && store !== undefined) return one(store, 'event data store changed');
  const days = Number(request['retentionPeriod']);
  if (days <= shortRetention) return one(store, `retention cut to ${days} days`);
  const off = ['multiRegionEnabled', 'organizationEnabled'].filter(name => isFalse(request[name]));
  if (off.length > 0) return one(store, off.map(name => `${name} off`).join(', '));
  const advanced = list(request, 'advancedEventSelectors');
  return advanced.length === 0 || advanced.some(wholeAdvanced)
    ? []
    : one(store, 'event data store no longer takes in all management events');
};

/** A trail narrowed, or sent elsewhere; whatever was refused. */
export const trailUpdate: Judge = (request, record) => {
  const trail = named(request, 'name');
  if (untold(record) && trail !== undefined) return one(trail, 'trail changed');
  const off = [
    'isMultiRegionTrail',
    'includeGlobalServiceEvents',
    'enableLogFileValidation',
    'isOrganizationTrail',
  ].filter(name => isFalse(request[name]));
  // An empty text takes the log group away (CloudTrail User Guide, "Stopping CloudTrail from sending events to CloudWatch Logs").
  const moved = ['s3BucketName', 's3KeyPrefix', 'cloudWatchLogsLogGroupArn', 'kmsKeyId'].filter(
    name => text(request, name) !== undefined,
  );
  const how = [...off.map(name => `${name} off`), ...moved.map(name => `${name} changed`)].join(', ');
  return how === '' ? [] : one(trail, how);
};
