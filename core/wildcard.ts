/**
 * Says whether a text matches a settings wildcard: `*` stands for any run of characters, everything else for itself.
 * Time is bounded by the product of the two lengths, whatever is in them.
 */
export const matchesWildcard = (pattern: string, text: string): boolean => {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.length && pattern[p] === text[t]) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
};

/** Says whether a text matches any of the wildcards. */
export const matchesAny = (patterns: readonly string[], text: string): boolean =>
  patterns.some(pattern => matchesWildcard(pattern, text));

/** The kind of resource that an ARN, or a wildcard over ARNs, names first: `role` of `arn:aws:iam::*:role/x`. */
export const kindIn = (arn: string): string | undefined => /:([\w-]+)\//.exec(arn)?.[1];

/**
 * Says whether an ARN matches any of the wildcards, and is of the kind that these name: whoever makes an IAM user chooses its path, and
 * `*` of an account would reach over it (`arn:aws:iam::111122223333:user/x:role/deployer`; IAM API Reference, CreateUser).
 */
export const matchesArn = (patterns: readonly string[], arn: string): boolean =>
  patterns.some(pattern => {
    if (!matchesWildcard(pattern, arn)) return false;
    const kind = kindIn(pattern);
    return kind === undefined || kind === kindIn(arn);
  });

/** A settings wildcard as a condition of a pattern: two stars in a row are one, and a text without a star is an exact value. */
export const conditionOf = (pattern: string): string | { readonly wildcard: string } =>
  pattern.includes('*') ? { wildcard: starred(pattern) } : pattern;

/** A settings wildcard as the operator `wildcard` has it. */
export const starred = (pattern: string): string => pattern.replace(/\*+/g, '*').replaceAll('\\', '\\\\');
