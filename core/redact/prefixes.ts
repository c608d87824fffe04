import { isNameChar } from './named.ts';

/** Prefixes of well-known tokens (AWS's EKS token is a presigned URL in base64). */
const tokenPrefixes = [
  'k8s-aws-v1.',
  'ghp_',
  'gho_',
  'ghs_',
  'ghu_',
  'github_pat_',
  'glpat-',
  'xoxb-',
  'xoxp-',
  'xapp-',
] as const;

/** Prefixes in which words end, too (`task-ant-`), as their vendors document them: a digit and a letter must follow. */
const wordPrefixes = [
  'sk_live_',
  'rk_live_',
  'sk-ant-',
  'sk-proj-',
  'dckr_pat_',
  'glrt-',
  'glptt-',
  'ghr_',
  'dop_v1_',
  'xoxa-',
  'xoxc-',
  'xoxd-',
  'xoxr-',
  'xoxs-',
  'AGE-SECRET-KEY-1',
] as const;

/**
 * Prefixes that roles, buckets, hosts and variables have, too (`npm_package_version`, `hf_models_prod`), with what must follow at once: as
 * their vendors write it, more in one piece than a name has. AWS's own are the keys of Amazon Bedrock, by which a machine may call models:
 * base64 of `BedrockAPIKey` or of Bedrock's address (Amazon Bedrock User Guide, "API keys").
 */
const namePrefixes: readonly (readonly [string, RegExp])[] = [
  ['ABSKQmVkcm9ja', /[\w+/]{12}/y],
  ['bedrock-api-key-YmVkcm9jay', /[\w+/]{12}/y],
  ['hvs.', /(?=[\w-]{0,23}[A-Z])[\w-]{24}/y],
  ['hvb.', /(?=[\w-]{0,23}[A-Z])[\w-]{24}/y],
  ['ya29.', /(?=[\w-]{0,23}[A-Z])[\w-]{24}/y],
  ['npm_', /[A-Za-z0-9]{24}/y],
  ['hf_', /[A-Za-z0-9]{24}/y],
  ['pul-', /[\da-f]{24}/y],
  ['AIza', /[\w-]{30}/y],
];

/** Where in a run of characters a token starts that is known by its prefix; -1 where none does. */
export const prefixedAt = (run: string): number => {
  for (const prefix of tokenPrefixes) {
    const at = run.indexOf(prefix);
    if (at >= 0 && run.length - at >= prefix.length + 12) return at;
  }
  for (const prefix of wordPrefixes) {
    const at = begins(run, prefix, after => isOpaque(run.slice(after, after + longestLook)));
    if (at >= 0) return at;
  }
  for (const [prefix, rest] of namePrefixes) {
    const at = begins(run, prefix, after => {
      rest.lastIndex = after;
      return rest.test(run);
    });
    if (at >= 0) return at;
  }
  return -1;
};

/** Where a prefix stands that is no end of a word, and is followed by what it must be. */
const begins = (run: string, prefix: string, isFollowed: (after: number) => boolean): number => {
  for (let at = run.indexOf(prefix); at >= 0; at = run.indexOf(prefix, at + prefix.length))
    if (!isWordChar(run.charCodeAt(at - 1)) && isFollowed(at + prefix.length)) return at;
  return -1;
};

/** Letters and digits; what stands before a text is none. */
const isWordChar = (code: number): boolean => isNameChar(code) && code !== 45 && code !== 46 && code !== 95;

/** Characters behind a prefix that are looked at. */
const longestLook = 128;

/** Whether what follows a prefix is no word: 16 characters with a digit and a letter among them. */
const isOpaque = (rest: string): boolean => rest.length >= 16 && /\d/.test(rest) && /[A-Za-z]/.test(rest);
