import { rememberedText } from '../remembered.ts';

/** Which member, header, parameter and flag names carry secrets. Names are compared folded: lower-case letters only. */

/**
 * A name as it is compared: `X-Amz-Security-Token`, `x_amz_security_token` and `xAmzSecurityToken` are one, and a number makes no
 * other (`password2`). Of a long name its end counts.
 */
const fold = (name: string): string =>
  name
    .slice(-128)
    .toLowerCase()
    .replace(/[^a-z]+/g, '');

/** Whatever lies below these is secret, objects and lists too. */
const wholly = new Set([
  'authorization',
  'ciphertextblob',
  'clientkeydata',
  'cookie',
  'dockerconfigjson',
  'kubeconfig',
  'passphrase',
  'plaintext',
  'privatekey',
  'samlassertion',
  'secretaccesskey',
  'secretbinary',
  'secretkey',
  'secretstring',
  'sessiontoken',
  'setcookie',
  'userdata',
  'webidentitytoken',
]);

/** Secret where a string or number stands there; objects below them hold references (`secret: {secretName}`). */
const plainly = new Set([
  'accesskeysecret',
  'activationcode',
  'apikey',
  'certificatekey',
  'clientsecret',
  'keymaterial',
  'passcode',
  'pw',
  'privatekeydata',
  'secret',
  'secretvalue',
  'sig',
  'signature',
  'signingkey',
  'tokencode',
  'tokensecret',
  'xamzsignature',
]);

/** Tokens that open nothing: paging, idempotency, IMDS options. */
const openTokens = new Set([
  'clientrequesttoken',
  'clienttoken',
  'continuationtoken',
  'continuetoken',
  'idempotencytoken',
  'nexttoken',
  'pagetoken',
  'paginationtoken',
]);

const endings = [
  'encryptionkey',
  'passphrase',
  'password',
  'secretkeybase',
  'passwd',
  'privatekey',
  'secretaccesskey',
  'clientsecret',
  'apikey',
  'accesskeysecret',
  'secretkey',
  'authorization',
  'kubeconfig',
];

/** How much of a value its name says is secret. */
export type Secrecy = 'wholly' | 'plainly' | 'open';

const secrecyOf = (name: string): Secrecy => {
  const folded = fold(name);
  if (wholly.has(folded)) return 'wholly';
  if (plainly.has(folded) || endings.some(ending => folded.endsWith(ending))) return 'plainly';
  if (folded.endsWith('pass') ? !/(?:by|com)pass$/.test(folded) : /.pwd$/.test(folded) && folded !== 'oldpwd')
    return 'plainly';
  return folded.endsWith('token') && !openTokens.has(folded) ? 'plainly' : 'open';
};

/**
 * Says how secret what stands under a name is: wholly, only where it is a plain value, or not by its name. The names that records'
 * members have are few, and none of them long.
 */
export const secrecy = rememberedText(secrecyOf, 64);

/** Whether a value of that name may be secret. */
export const isSecretName = (name: string): boolean => secrecy(name) !== 'open';
