/** What stands in a secret's place. */
export const marker = (kind: string): string => `[redacted: ${kind}]`;

/** Whether a value is a marker already, ours or AWS's. */
export const isMarked = (value: string): boolean =>
  value.startsWith('[redacted: ') || value === 'HIDDEN_DUE_TO_SECURITY_REASONS' || value === '<sensitiveDataRemoved>';
