import { isObject, type Json, type JsonObject, text } from '../json.ts';
import { isEncodedJson, isJson, isKubeconfig } from './document.ts';
import { isMarked, marker } from './marker.ts';
import { isSecretName, secrecy } from './names.ts';
import { isKeyName } from './secret-key.ts';
import { isClear, redactText } from './text.ts';

/** Secrets told by where they stand: member names, name/value pairs, Kubernetes Secrets and ConfigMaps, documents inside strings. */

const deepest = 32;
const longestScanned = 65_536;
const lastApplied = 'last-applied-configuration';

/** Removes what the shape of a value says is secret, and scans every string and long key. Objects are rebuilt, never mutated. */
export const redactShape = (value: Json, depth = 0): Json => {
  if (typeof value === 'string') return redactString(value, depth);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= deepest) return '[cut: nested too deeply]';
  if (Array.isArray(value)) return relist(value as readonly Json[], item => redactShape(item, depth + 1));
  if (!isObject(value)) return null;
  if (isSealedKind(value)) return redactSealed(value, depth);
  const resource = value['objectRef'] === undefined ? undefined : text(value, 'objectRef', 'resource');
  const sealsBodies = resource !== undefined && sealedResources.has(resource.toLowerCase());
  const hidden = pairedValue(value);
  const patched = patchedPath(value);
  return rebuild(value, (key, member) => {
    if (sealsBodies && (key === 'requestObject' || key === 'responseObject')) return redactSealed(member, depth + 1);
    if (sealsBodies && key === 'annotations') return redactAnnotations(member, depth + 1);
    if (key === hidden) return seal(member, 'value');
    if (key === 'value' && patched !== undefined) return redactAt(patched, member, depth + 1);
    return redactMember(key, member, depth + 1);
  });
};

/** The value of one member, judged by its name first. */
const redactMember = (key: string, value: Json, depth: number): Json => {
  if (key.endsWith(lastApplied)) return seal(value, lastApplied);
  if (key === 'credentials') return redactCredentials(value, depth);
  if (key === 'files' && Array.isArray(value))
    return relist(value as readonly Json[], file => redactFile(file, depth + 1));
  const secret = secrecy(key);
  if (secret === 'wholly') return seal(value, key);
  if (secret === 'plainly' && (typeof value === 'string' ? !isKeyName(value) : typeof value === 'number'))
    return seal(value, key);
  return redactShape(value, depth);
};

/** Replaces every string and number below a value, keeping members' names. */
const seal = (value: Json, kind: string, depth = 0): Json => {
  if (typeof value === 'string')
    return value === '' || isMarked(value) ? value : marker(kind.slice(0, 64).toLowerCase());
  if (typeof value === 'number') return marker(kind.slice(0, 64).toLowerCase());
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= deepest) return marker(kind.slice(0, 64).toLowerCase());
  if (Array.isArray(value)) return (value as readonly Json[]).map(item => seal(item, kind, depth + 1));
  return isObject(value) ? rebuild(value, (_, member) => seal(member, kind, depth + 1)) : null;
};

/** AWS STS, "Credentials": the access key id and the expiry are evidence, the rest is secret. */
const redactCredentials = (value: Json, depth: number): Json =>
  isObject(value)
    ? rebuild(value, (key, member) =>
        key.toLowerCase() === 'accesskeyid' || key.toLowerCase() === 'expiration'
          ? redactShape(member, depth + 1)
          : seal(member, key),
      )
    : seal(value, 'credentials');

/** cloud-init `write_files` and KubeadmConfig `spec.files`: bootstrap data, whatever its encoding. */
const redactFile = (file: Json, depth: number): Json =>
  isObject(file)
    ? rebuild(file, (key, member) =>
        key === 'content' ? seal(member, 'file content') : redactMember(key, member, depth + 1),
      )
    : redactShape(file, depth);

const nameKeys = ['name', 'key', 'Name', 'Key', 'parameterKey', 'ParameterKey'] as const;
const valueKeys = ['value', 'Value', 'parameterValue', 'ParameterValue'] as const;

/** `{name: 'DB_PASSWORD', value: …}`: the member that holds the secret, or undefined. */
const pairedValue = (value: JsonObject): string | undefined => {
  const isSecret = nameKeys.some(key => isSecretName(text(value, key) ?? ''));
  return isSecret ? valueKeys.find(key => Object.hasOwn(value, key)) : undefined;
};

/** Names that a path of a JSON Patch ends in: enough to say what stands there. */
const lastNames = 8;

/** Where an operation of a JSON Patch writes (RFC 6902; names as RFC 6901 writes them); undefined where it is none. */
const patchedPath = (value: JsonObject): readonly string[] | undefined => {
  if (typeof value['op'] !== 'string') return undefined;
  return text(value, 'path')
    ?.split('/')
    .slice(1)
    .slice(-lastNames)
    .map(name => name.replaceAll('~1', '/').replaceAll('~0', '~'));
};

/** What is written at a path, judged as it would be where it stands: below its names. */
const redactAt = (path: readonly string[], value: Json, depth: number): Json => {
  const [name, ...rest] = path;
  if (name === undefined) return redactShape(value, depth);
  const below = rest.reduceRight<Json>((inner, one) => (isIndex(one) ? [inner] : { [one]: inner }), value);
  const clean = isIndex(name) ? redactShape([below], depth) : redactShape({ [name]: below }, depth);
  return path.reduce<Json>(
    (at, _) => (typeof at === 'object' && at !== null ? (Object.values(at)[0] ?? null) : at),
    clean,
  );
};

/** A place in a list: a number, or `-` for its end. */
const isIndex = (name: string): boolean => /^(?:\d+|-)$/.test(name);

const sealedResources = new Set(['secrets', 'configmaps']);
const sealedKinds = new Set(['Secret', 'SecretList', 'ConfigMap', 'ConfigMapList']);
const isSealedKind = (value: JsonObject): boolean => sealedKinds.has(text(value, 'kind') ?? '');

/** Members of a Secret, ConfigMap, list or Status that are no secret by themselves. */
const openMembers = new Set([
  'apiVersion',
  'kind',
  'type',
  'immutable',
  'status',
  'reason',
  'code',
  'op',
  'path',
  'from',
]);
const walkedMembers = new Set(['metadata', 'details', 'message']);

/** The body of a Secret or ConfigMap: an object, a list of them, a merge patch, a JSON patch, or bytes. */
const redactSealed = (value: Json, depth: number): Json => {
  if (depth >= deepest || typeof value !== 'object' || value === null) return seal(value, 'secret data');
  if (Array.isArray(value)) return relist(value as readonly Json[], item => redactSealed(item, depth + 1));
  if (!isObject(value)) return null;
  return rebuild(value, (key, member) => {
    if (key === 'metadata') return redactMetadata(member, depth + 1);
    if (openMembers.has(key) || walkedMembers.has(key)) return redactShape(member, depth + 1);
    if (key === 'items' || key === 'object') return redactSealed(member, depth + 1);
    return seal(member, 'secret data');
  });
};

/** Annotations of a Secret may repeat it; labels, owners and names are evidence. */
const redactMetadata = (value: Json, depth: number): Json =>
  isObject(value)
    ? rebuild(value, (key, member) =>
        key === 'annotations' ? seal(member, 'annotation of a secret') : redactMember(key, member, depth + 1),
      )
    : redactShape(value, depth);

/** Audit annotations of a call on a Secret: a mutating webhook's patch is written there in full (audit level Request). */
const redactAnnotations = (value: Json, depth: number): Json =>
  isObject(value)
    ? rebuild(value, (key, member) =>
        key.startsWith('patch.webhook.') ? seal(member, 'patch of a secret') : redactMember(key, member, depth + 1),
      )
    : redactShape(value, depth);

/** A string that is a document (JSON, JSON in percent-encoding, a kubeconfig) is redacted as one; any other is scanned. */
const redactString = (input: string, depth: number): string => {
  if (isClear(input)) return input;
  const value = (input.length > longestScanned ? input.slice(0, longestScanned) : input).toWellFormed();
  if (value.length < 8 || depth >= deepest) return value;
  if (isKubeconfig(value)) return marker('kubeconfig');
  if (isJson(value)) return redactDocument(value, depth) ?? redactText(value);
  if (isEncodedJson(value)) {
    const decoded = decodePercent(value);
    const redacted = decoded === undefined ? undefined : redactString(decoded, depth + 1);
    if (redacted !== undefined && redacted !== decoded) return encodeURIComponent(redacted);
  }
  return redactText(value);
};

/** A JSON document: itself where nothing in it is secret, so that its bytes stay as they were. */
const redactDocument = (value: string, depth: number): string | undefined => {
  try {
    const document = JSON.parse(value) as Json; // JSON.parse gives JSON
    const before = JSON.stringify(document);
    const after = JSON.stringify(redactShape(document, depth + 1));
    return before === after ? redactText(value) : after;
  } catch {
    return undefined;
  }
};

const decodePercent = (value: string): string | undefined => {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
};

/**
 * The same members with other values, in the same order; where none is another, the same object. `Object.fromEntries` defines
 * members, so `__proto__` is only a name.
 */
const rebuild = (value: JsonObject, change: (key: string, member: Json) => Json): JsonObject => {
  let members: [string, Json][] | undefined;
  let same = 0;
  // Members that JSON gave it are all there are: nothing that it inherits can be counted.
  for (const key in value) {
    const member = value[key];
    const name = key.length < 16 ? key : redactText(key.toWellFormed());
    const other = member === undefined ? undefined : change(key, member);
    if (members === undefined && other !== undefined && name === key && other === member) {
      same++;
      continue;
    }
    members ??= Object.keys(value)
      .slice(0, same)
      .map(before => [before, value[before] ?? null]);
    if (other !== undefined) members.push([name, other]);
  }
  return members === undefined ? value : Object.fromEntries(members);
};

/** A list with each item changed; where none is another, the same list. */
const relist = (items: readonly Json[], change: (item: Json) => Json): readonly Json[] => {
  let changed: Json[] | undefined;
  for (let at = 0; at < items.length; at++) {
    const item = items[at] ?? null;
    const other = change(item);
    if (changed === undefined && other !== item) changed = items.slice(0, at);
    changed?.push(other);
  }
  return changed ?? items;
};
