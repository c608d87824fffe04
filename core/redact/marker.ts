/** What stands in a secret's place. */
export const marker = (kind: string): string => `[redacted: ${kind.replace(/[^\w.,/ -]/g, '')}]`;

/** Ours, the longest of which says a hash of what was there; what a name held may have been taken out of one in its turn. */
const plain = '[\\w.,/ -]';
const ours = `\\[redacted: (?:${plain}|\\[redacted: ${plain}{0,64}\\]){0,128}\\]`;
const whole = new RegExp(`^${ours}$`);
const here = new RegExp(`(?:${ours})+`, 'y');

/** What AWS writes in a secret's place. */
const theirs = ['HIDDEN_DUE_TO_SECURITY_REASONS', '<sensitiveDataRemoved>'] as const;

/** Whether a value is a marker already, ours or AWS's, and nothing besides: what only begins like one may hide behind it. */
export const isMarked = (value: string): boolean => whole.test(value) || theirs.some(mark => mark === value);

/** Where our markers end that stand at a place; the place itself where none does. */
export const afterMarkers = (text: string, at: number): number => {
  here.lastIndex = at;
  return here.test(text) ? here.lastIndex : at;
};

/** Where a marker of AWS's ends that stands at a place; the place itself where none does. */
export const afterTheirs = (text: string, at: number): number =>
  at + (theirs.find(mark => text.startsWith(mark, at))?.length ?? 0);
