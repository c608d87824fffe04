import { isObject, type Json, type JsonObject } from '../../core/json.ts';

/**
 * What OCSF 1.8.0 says of the attributes that we write: `!` required, `[]` a list, an object by its name, an enum by its
 * values; `atLeastOne` is the object's constraint. Taken from the published schema (ocsf/ocsf-schema, release 1.8.0).
 */
type Type = 'string' | 'integer' | 'boolean' | 'timestamp' | 'any' | readonly number[] | { readonly object: string };
interface Shape {
  readonly required: readonly string[];
  readonly atLeastOne?: readonly string[];
  readonly attributes: { readonly [name: string]: Type | readonly ['list', Type] };
}
const one = (object: string) => ({ object });
const many = (type: Type) => ['list', type] as const;

const schema: { readonly [object: string]: Shape } = {
  detection_finding: {
    required: [
      'activity_id',
      'category_uid',
      'class_uid',
      'finding_info',
      'metadata',
      'severity_id',
      'time',
      'type_uid',
      'cloud',
    ],
    attributes: {
      activity_id: [0, 1, 2, 3, 99],
      activity_name: 'string',
      category_uid: [2],
      category_name: 'string',
      class_uid: [2004],
      class_name: 'string',
      type_uid: [200400, 200401, 200402, 200403, 200499],
      type_name: 'string',
      severity_id: [0, 1, 2, 3, 4, 5, 6, 99],
      severity: 'string',
      status_id: [0, 1, 2, 3, 4, 5, 6, 99],
      status: 'string',
      confidence_id: [0, 1, 2, 3, 99],
      confidence: 'string',
      is_alert: 'boolean',
      time: 'timestamp',
      start_time: 'timestamp',
      end_time: 'timestamp',
      count: 'integer',
      message: 'string',
      metadata: one('metadata'),
      cloud: one('cloud'),
      finding_info: one('finding_info'),
      evidences: many(one('evidences')),
      resources: many(one('resource_details')),
      observables: many(one('observable')),
      remediation: one('remediation'),
      unmapped: 'any',
    },
  },
  metadata: {
    required: ['product', 'version'],
    attributes: {
      version: 'string',
      uid: 'string',
      correlation_uid: 'string',
      sequence: 'integer',
      profiles: many('string'),
      product: one('product'),
      tenant_uid: 'string',
    },
  },
  product: {
    required: [],
    atLeastOne: ['name', 'uid'],
    attributes: { name: 'string', vendor_name: 'string', feature: one('feature') },
  },
  feature: {
    required: [],
    atLeastOne: ['name', 'uid'],
    attributes: { name: 'string', uid: 'string', version: 'string' },
  },
  cloud: { required: ['provider'], attributes: { provider: 'string', region: 'string', account: one('account') } },
  account: {
    required: [],
    atLeastOne: ['name', 'uid'],
    attributes: {
      uid: 'string',
      name: 'string',
      type: 'string',
      type_id: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 99],
    },
  },
  finding_info: {
    required: ['uid'],
    attributes: {
      uid: 'string',
      title: 'string',
      desc: 'string',
      first_seen_time: 'timestamp',
      last_seen_time: 'timestamp',
      types: many('string'),
      data_sources: many('string'),
      analytic: one('analytic'),
      attacks: many(one('attack')),
      related_events: many(one('related_event')),
    },
  },
  analytic: {
    required: ['type_id'],
    atLeastOne: ['name', 'uid'],
    attributes: {
      uid: 'string',
      name: 'string',
      version: 'string',
      type: 'string',
      type_id: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 99],
    },
  },
  attack: {
    required: [],
    atLeastOne: ['tactic', 'technique', 'sub_technique'],
    attributes: {
      version: 'string',
      tactics: many(one('entity')),
      technique: one('entity'),
      sub_technique: one('entity'),
    },
  },
  entity: { required: [], atLeastOne: ['name', 'uid'], attributes: { name: 'string', uid: 'string' } },
  related_event: { required: ['uid'], attributes: { uid: 'string' } },
  evidences: {
    required: [],
    atLeastOne: ['actor', 'src_endpoint', 'data'],
    attributes: { actor: one('actor'), src_endpoint: one('network_endpoint'), data: 'any' },
  },
  actor: { required: [], atLeastOne: ['user'], attributes: { user: one('entity') } },
  network_endpoint: { required: [], atLeastOne: ['ip', 'name'], attributes: { ip: 'string', name: 'string' } },
  resource_details: {
    required: [],
    atLeastOne: ['name', 'uid'],
    attributes: {
      uid: 'string',
      name: 'string',
      type: 'string',
      namespace: 'string',
      group: one('entity'),
      region: 'string',
    },
  },
  observable: {
    required: ['type_id'],
    attributes: { name: 'string', value: 'string', type: 'string', type_id: [0, 2, 4, 10, 19, 99] },
  },
  remediation: { required: ['desc'], attributes: { desc: 'string', references: many('string') } },
};

/** What is wrong with a value, by the table; [] where nothing is. */
const faults = (value: Json | undefined, type: Type | readonly ['list', Type], path: string): readonly string[] => {
  if (type === 'any') return [];
  if (type === 'timestamp') return Number.isInteger(value) && Number(value) > 1e12 ? [] : [`${path}: no timestamp`];
  if (type === 'integer') return Number.isInteger(value) ? [] : [`${path}: no integer`];
  if (type === 'string' || type === 'boolean') return typeof value === type ? [] : [`${path}: no ${type}`];
  if ('object' in type) return objectFaults(value, type.object, path);
  const [head, of] = type;
  if (head === 'list' && of !== undefined)
    return Array.isArray(value)
      ? value.flatMap((each, at) => faults(each, of as Type, `${path}[${at}]`)) // the table's own tuple
      : [`${path}: no list`];
  return (type as readonly number[]).includes(Number(value)) ? [] : [`${path}: ${value} is none of its values`];
};

const objectFaults = (value: Json | undefined, name: string, path: string): readonly string[] => {
  const shape = schema[name];
  if (shape === undefined || !isObject(value)) return [`${path}: no ${name}`];
  return [
    ...shape.required.filter(key => value[key] === undefined).map(key => `${path}.${key}: required`),
    ...(shape.atLeastOne === undefined || shape.atLeastOne.some(key => value[key] !== undefined)
      ? []
      : [`${path}: needs one of ${shape.atLeastOne.join(', ')}`]),
    ...Object.entries(value).flatMap(([key, member]) => {
      const type = shape.attributes[key];
      return type === undefined ? [`${path}.${key}: not in the schema`] : faults(member, type, `${path}.${key}`);
    }),
  ];
};

/** What is wrong with a Detection Finding by OCSF's schema; [] where nothing is. */
export const ocsfFaults = (finding: JsonObject): readonly string[] =>
  objectFaults(finding, 'detection_finding', 'finding');
