/** Strings that are documents: they are judged as what they say, and not as texts. */

/** JSON, or what is left of it. */
export const isJson = (value: string): boolean => /^\s{0,8}[[{]/.test(value);

/** JSON in percent-encoding, as IAM returns policies. */
export const isEncodedJson = (value: string): boolean => /^%(?:7B|5B)/i.test(value);

/** A kubeconfig in YAML, or what is left of it. */
export const isKubeconfig = (value: string): boolean =>
  value.includes('client-key-data') ||
  (value.includes('clusters:') && value.includes('users:') && value.includes('contexts:'));

/** Whether a string may be one of them. */
export const isDocument = (value: string): boolean => isJson(value) || isEncodedJson(value) || isKubeconfig(value);
