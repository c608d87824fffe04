import { at, isObject, type Json, type JsonObject, list, text } from '../json.ts';
import type { OpenPattern } from '../pattern/language.ts';
import { asked, written } from './body.ts';
import type { AuditRecord } from './record.ts';

/** Where a pod specification stands: a cron job's job's, a workload's template's, a pod's own. */
const specs = [['spec', 'jobTemplate', 'spec', 'template', 'spec'], ['spec', 'template', 'spec'], ['spec']] as const;

/** Where it stands in an object of a resource. Nowhere else: a patch may hold members that the object's kind does not have. */
const specIn = (resource: string): readonly string[] => {
  if (resource === 'cronjobs') return specs[0];
  return resource === 'pods' || resource === 'persistentvolumes' ? specs[2] : specs[1];
};

/** The pod specification inside an object of a resource. */
export const podSpec = (object: JsonObject, resource: string): JsonObject => {
  const found = at(object, ...specIn(resource));
  return isObject(found) ? found : {};
};

/** The containers of a pod specification, of every kind. */
export const containers = (spec: JsonObject): readonly Json[] => [
  ...list(spec, 'containers'),
  ...list(spec, 'initContainers'),
  ...list(spec, 'ephemeralContainers'),
];

/** Where the environment of a container takes a secret from. */
const inEnvironment = (one: Json): readonly (string | undefined)[] => [
  ...list(one, 'envFrom').map(from => text(from, 'secretRef', 'name')),
  ...list(one, 'env').map(variable => text(variable, 'valueFrom', 'secretKeyRef', 'name')),
];

/** Names of the secrets that a pod gets without asking for them: its kubelet reads what it mounts, and what its environment holds. */
export const mountedSecrets = (object: JsonObject, resource: string): readonly string[] => {
  const spec = podSpec(object, resource);
  const names = [
    ...list(spec, 'volumes').flatMap(volume => [
      text(volume, 'secret', 'secretName'),
      ...list(volume, 'projected', 'sources').map(source => text(source, 'secret', 'name')),
    ]),
    ...containers(spec).flatMap(inEnvironment),
  ];
  return [...new Set(names.filter(name => name !== undefined && name !== ''))] as readonly string[]; // the filter leaves texts
};

/** The service account that a pod runs as; '' where the body does not say (`default`, or a patch that leaves it). */
export const runsAs = (object: JsonObject, resource: string): string => {
  const spec = podSpec(object, resource);
  return text(spec, 'serviceAccountName') ?? text(spec, 'serviceAccount') ?? '';
};

/**
 * The service account that the pods of a write run as: as the body says, and where a patch changes their containers and leaves the
 * account, as the result says. '' where neither does: what runs is not changed, or not logged.
 */
export const podsAccount = (record: AuditRecord): string => {
  const { resource = '' } = record.objectRef ?? {};
  const { object, form } = asked(record);
  const said = runsAs(object, resource);
  if (said !== '' || form !== 'patch') return said;
  const spec = podSpec(object, resource);
  const changed = ['containers', 'initContainers'].some(name => spec[name] !== undefined);
  return changed ? runsAs(written(record).object, resource) : '';
};

/**
 * Patterns of which one holds for every body whose pod specification is like one of these; a JSON Patch says what it sets in its own
 * way: below a path with `/spec` in it, or whole.
 */
export const bodies = (...asked: readonly OpenPattern[]): readonly OpenPattern[] => [
  ...specs.flatMap(path => asked.map(one => path.reduceRight<OpenPattern>((inner, name) => ({ [name]: inner }), one))),
  { path: [{ wildcard: '*/spec*' }, ''] },
];

/** What a body shows whose pods get a secret. */
export const mountingBodies = (): readonly OpenPattern[] => {
  const said = [{ exists: true }];
  return bodies(
    { volumes: { secret: { secretName: said } } },
    { volumes: { projected: { sources: { secret: { name: said } } } } },
    ...['containers', 'initContainers', 'ephemeralContainers'].flatMap(name => [
      { [name]: { envFrom: { secretRef: { name: said } } } },
      { [name]: { env: { valueFrom: { secretKeyRef: { name: said } } } } },
    ]),
  );
};

/** What a body shows whose pods run as one of some accounts. @param names undefined: any */
export const accountBodies = (names: readonly string[] | undefined): readonly OpenPattern[] => {
  const account = names ?? [{ exists: true }];
  return account.length === 0 ? [] : bodies({ serviceAccountName: account }, { serviceAccount: account });
};
