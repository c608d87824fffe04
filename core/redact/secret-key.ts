import { marker } from './marker.ts';

/** Ids of access keys, long-term and temporary (IAM User Guide, "Unique identifiers"). */
const keyIds = /(?:AKIA|ASIA)[A-Z0-9]{16}/;

/** Whether the id of an access key stands in a text. */
export const hasKeyId = (text: string): boolean => keyIds.test(text);

/**
 * AWS secret access keys are 40 characters of base64. Beside a key id any such piece counts; alone it must look random, and hold letters
 * of both cases as every key does: the path of a request is in lower case. Names in one word look random too
 * (`AWSServiceRoleForAutoScaling/AutoScaling` is 40 characters): of what holds no digit, as one key in 850, more is asked, which 6 keys
 * of 100,000 don't reach.
 * @param besideKeyId whether the text has the id of an access key
 */
export const isSecretKey = (part: string, besideKeyId: boolean): boolean => {
  if (part.length < 40) return false;
  if (besideKeyId && hasKeyId(part)) return part.length >= 60;
  if (part.length !== 40 || isHex(part)) return false;
  return besideKeyId || (has(part, 1) && has(part, 2) && isScrambled(part, has(part, 0) ? 0.3 : 0.4));
};

/** Says whether a character is of a kind: 0 digit, 1 upper case, 2 lower case. */
const has = (part: string, kind: number): boolean => {
  for (let at = 0; at < part.length; at++) if (charKind(part, at) === kind) return true;
  return false;
};

/** Keeps the access key id where it stands in the same word. */
export const maskKey = (part: string): string => {
  const id = keyIds.exec(part);
  return id === null ? marker('secret key') : `${id[0]}${marker('secret key')}`;
};

/** The text that hexadecimal digits spell, as `xxd -p` writes it; '' where they spell none. */
export const hexText = (run: string): string =>
  run.length % 2 === 0 && isHex(run.toLowerCase()) ? Buffer.from(run, 'hex').toString('latin1') : '';

const isHex = (part: string): boolean => {
  for (let at = 0; at < part.length; at++) {
    const code = part.charCodeAt(at);
    if (!((code >= 48 && code <= 57) || (code >= 97 && code <= 102))) return false;
  }
  return true;
};

/**
 * Whether the kind of character changes about as often as in random base64 (25 times in 40 characters, deviation 3), which
 * words and paths don't reach.
 */
export const isScrambled = (part: string, share = 0.3): boolean => {
  let changes = 0;
  let before = charKind(part, 0);
  for (let at = 1; at < part.length; at++) {
    const kind = charKind(part, at);
    if (kind !== before) changes++;
    before = kind;
  }
  return changes >= part.length * share;
};

const charKind = (part: string, at: number): number => {
  const code = part.charCodeAt(at);
  if (code >= 48 && code <= 57) return 0;
  if (code >= 65 && code <= 90) return 1;
  return code >= 97 && code <= 122 ? 2 : 3;
};

/**
 * Whether a value is what AWS calls a key of KMS by, which opens nothing: an ARN or an alias (AWS KMS Developer Guide, "Key identifiers").
 * CodeBuild and CodePipeline name the key of their artifacts `encryptionKey`.
 */
export const isKeyName = (value: string): boolean =>
  /^(?:arn:[a-z-]{3,16}:kms:[a-z0-9-]{1,32}:\d{12}:(?:key|alias)|alias)\/[\w/-]{1,256}$/.test(value);
