import type { Severity } from '../detection.ts';

const colours: { readonly [S in Severity]: string } = {
  critical: '\u001b[1;97;41m',
  high: '\u001b[1;31m',
  medium: '\u001b[1;33m',
  low: '\u001b[1;34m',
};

/** What begins an announcement in a terminal: `[HIGH]`, or ` HIGH ` in its colour. */
export const severityTag = (severity: Severity, colour: boolean): string =>
  colour ? `${colours[severity]} ${severity.toUpperCase()} \u001b[0m` : `[${severity.toUpperCase()}]`;
