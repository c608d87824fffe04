import type { Event } from '../../event.ts';
import type { Facts } from '../../fact.ts';
import { list, text } from '../../json.ts';
import type { Settings } from '../../settings.ts';
import { matchesAny } from '../../wildcard.ts';

type Record = Event<'cloudtrail'>['record'];

const writes = [
  'PutParameter',
  'DeleteParameter',
  'DeleteParameters',
  'LabelParameterVersion',
  'UnlabelParameterVersion',
];
const needs = () => ({ eventSource: ['ssm.amazonaws.com'], eventName: writes });

/** By name or by ARN; a label or a version may follow (Systems Manager API Reference, PutParameter). */
const nameOf = (parameter: string): string => {
  const at = parameter.startsWith('arn:') ? parameter.indexOf(':parameter/') : -1;
  if (at < 0) return parameter;
  const name = parameter.slice(at + ':parameter/'.length);
  return name.includes('/') ? `/${name}` : name;
};

/** The parameters of images that a call changes: told by their data type, or by a name that the settings list. */
const imagesOf = (record: Record, settings: Settings): readonly string[] => {
  if (record.eventSource !== 'ssm.amazonaws.com' || !writes.includes(record.eventName)) return [];
  const request = record.requestParameters;
  const names = [...list(request, 'name'), ...list(request, 'names')].filter(name => typeof name === 'string');
  const isImage = text(request, 'dataType') === 'aws:ec2:image';
  return [...new Set(names.map(nameOf))].filter(name => isImage || matchesAny(settings.imageParameters, name)).sort();
};

/** Parameter Store as far as images are taken from it. */
export const parameterFacts: Facts<'cloudtrail'> = {
  'parameter.images': {
    doc: 'Names of the parameters that a call writes, labels or deletes from which images of nodes are taken: of data type `aws:ec2:image`, or named as the setting `imageParameters` says.',
    needs,
    read: (event, settings) => imagesOf(event.record, settings),
  },
};
