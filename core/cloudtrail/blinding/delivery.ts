import { text } from '../../json.ts';
import { isOurs } from '../own.ts';
import { type Judge, named, one, untold } from './judge.ts';

/**
 * A bus of ours, or the account's own given a key: with it EventBridge encrypts patterns and targets of the bus's rules, not AWS's own
 * events (EventBridge User Guide, "Encrypting EventBridge event buses with AWS KMS keys"), so that they match only while it may use
 * that key, whosever it is [inferred]. Members by the API Reference, UpdateEventBus; no recorded call was seen.
 */
export const busUpdate: Judge = (request, record) => {
  const bus = named(request, 'name') ?? '';
  if (isOurs(bus)) return one(bus, 'event bus changed');
  const isDefault = bus === 'default' || bus.endsWith(':event-bus/default');
  return isDefault && (untold(record) || named(request, 'kmsKeyIdentifier') !== undefined)
    ? one(bus, 'default event bus encrypted with a key that may be taken away')
    : [];
};

/** A function's name, whether given as name, partial ARN or ARN, with or without version. */
const functionOf = (value: string): string =>
  /(?:^|:)function:([^:]+)/.exec(value)?.[1] ?? value.split(':')[0] ?? value;

/** A function of ours. */
export const lambda =
  (how: string): Judge =>
  (request, record) => {
    const stated = named(request, 'functionName', 'resourceArn') ?? text(record.responseElements, 'functionArn') ?? '';
    const name = functionOf(stated);
    return isOurs(name) ? one(name, how) : [];
  };

/**
 * What a function of ours reads, changed, removed, or given to another function: the call names the mapping by an id, its answer the
 * function as it is now and the queue or stream (Lambda Developer Guide, "Control which events Lambda sends to your function": its CloudTrail
 * record of CreateEventSourceMapping stands for those of updates and removals).
 */
export const eventSource =
  (how: string): Judge =>
  (request, record, settings) => {
    const own = lambda(how)(request, record, settings);
    const source = text(record.responseElements, 'eventSourceArn') ?? '';
    return own.length === 0 && isOurs(source) ? one(source, `${how}, for a function that is not ours`) : own;
  };
