import { describe, expect, test } from 'vitest';
import { overlay } from '../core/cloudtrail/example.ts';
import type { AnyEvent } from '../core/event.ts';
import { isObject, type Json, type JsonObject } from '../core/json.ts';
import { loadDetection } from '../core/load.ts';
import { type AnyExample, files, judge } from './catalogue.ts';

/** A record written in another way that says the same. */
type Shape = (record: JsonObject) => JsonObject;

const mapped = (value: Json | undefined, change: (name: string, value: Json) => Json, name = ''): Json => {
  if (Array.isArray(value)) return change(name, value.map(one => mapped(one, change, '[]')) as Json);
  if (!isObject(value)) return change(name, value ?? null);
  const members = Object.entries(value).map(([key, one]) => [key, mapped(one, change, key)] as const);
  return change(name, Object.fromEntries(members));
};

/** The members of a record that hold what was asked and answered, changed. */
const bodies =
  (change: (name: string, value: Json) => Json): Shape =>
  record => ({
    ...record,
    requestParameters: mapped(record['requestParameters'], change),
    responseElements: mapped(record['responseElements'], change),
  });

/** Members that a record does not have, written out. */
const said =
  (path: readonly string[], names: readonly string[], value: Json): Shape =>
  record => {
    const at = path.reduce<Json | undefined>((here, name) => (isObject(here) ? here[name] : undefined), record);
    if (!isObject(at)) return record;
    const missing = Object.fromEntries(names.filter(name => at[name] === undefined).map(name => [name, value]));
    return overlay(
      record,
      path.reduceRight<JsonObject>((inner, name) => ({ [name]: inner }), missing),
    );
  };

const alone = (value: Json): Json => (Array.isArray(value) && value.length === 1 ? (value[0] as Json) : value);
const printed = (value: Json): Json =>
  typeof value === 'boolean' || typeof value === 'number' ? String(value) : value;

const shapes: { readonly [source in AnyEvent['source']]: { readonly [name: string]: Shape } } = {
  cloudtrail: {
    'no error, written out': said([], ['errorCode', 'errorMessage'], null),
    'no service, written out': said(['userIdentity'], ['invokedBy'], null),
    'no console and no endpoint, written out': said([], ['sessionCredentialFromConsole', 'vpcEndpointId'], null),
    'an old version': ({ eventCategory: _, managementEvent: __, ...record }) => ({ ...record, eventVersion: '1.05' }),
    'readOnly in letters': record =>
      typeof record['readOnly'] === 'boolean' ? { ...record, readOnly: String(record['readOnly']) } : record,
    'one item without its list': bodies((name, value) => (name === 'items' ? alone(value) : value)),
    'one value without its list': bodies((name, value) => (name === 'items' ? value : alone(value))),
    'numbers and booleans in letters': bodies((_, value) => printed(value)),
    'another account has the event too': record => ({
      ...record,
      sharedEventID: '00000000-0000-0000-0000-000000000000',
    }),
  },
  kubernetes: {
    'no group, written out': said(['objectRef'], ['apiGroup'], ''),
    'no name, written out': said(['objectRef'], ['name'], ''),
    'no namespace, written out': said(['objectRef'], ['namespace'], ''),
    'nobody impersonated, written out': said([], ['impersonatedUser'], null),
    'a status in words': said(['responseStatus'], ['status'], 'Success'),
    'further parameters': record => {
      const uri = String(record['requestURI'] ?? '');
      return { ...record, requestURI: `${uri}${uri.includes('?') ? '&' : '?'}timeout=30s&dryRun=` };
    },
  },
};

const reshaped = (example: AnyExample, shape: Shape): AnyExample => {
  const event = example.event as AnyEvent;
  const record = shape(event.record as unknown as JsonObject); // a record is JSON
  return { ...example, event: { ...event, record } as unknown as AnyEvent };
};

describe.each(files.flatMap(({ detection }) => detection ?? []))('$id', detection => {
  const loaded = loadDetection(detection);
  const severities = async (example: AnyExample) =>
    (await judge(loaded, example)).map(({ severity }) => severity).sort();
  test.each(Object.entries(shapes[detection.on]))('fires the same on %s', async (_, shape) => {
    for (const example of detection.examples.matches as readonly AnyExample[]) {
      const usual = await severities(example);
      expect([example.name, await severities(reshaped(example, shape))]).toEqual([example.name, usual]);
    }
  });
});
