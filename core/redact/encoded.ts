/** Words of a text, or the values of a query: what was percent-encoded in one piece. A marker is no part of one. */
const words = /[^\s"'&<>=[\]]+/g;

/**
 * Redacts what is percent-encoded (RFC 3986): a word whose decoded form has a secret is shown decoded and redacted, any other as
 * it is. Words that are not well-formed percent-encoding stay as they are.
 * @param redact redacts the decoded word
 */
export const redactEncoded = (text: string, redact: (text: string) => string): string => {
  if (!text.includes('%')) return text;
  return text.replace(words, word => {
    const decoded = decode(word);
    if (decoded === word) return word;
    const clean = redact(decoded);
    return clean === decoded ? word : clean;
  });
};

const decode = (word: string): string => {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
};
