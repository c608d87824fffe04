import { type Severity, severities } from '../detection.ts';

/** One fault where it stands. Lines and columns from 1. */
export interface Placed {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  /** As named on the command line or found below it. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `Kind name`, or `IAM policy`. */
  readonly object: string;
  /** Why it is accepted, from a comment in the file. */
  readonly allowed?: string;
}

const levels: { readonly [S in Severity]: 'error' | 'warning' | 'note' } = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
};
/** What code-scanning views sort by: CVSS-like, at the middle of each of its ranges. */
const scores: { readonly [S in Severity]: string } = { critical: '9.5', high: '8.0', medium: '5.5', low: '2.0' };

const uriOf = (file: string): string =>
  file.toWellFormed().replaceAll('\\', '/').replace(/^\.\//, '').split('/').map(encodeURIComponent).join('/');

/** A message makes a link of `[text](address)` (SARIF 2.1.0, 3.11.6 "Messages with embedded links"), which a manifest's names must not. */
const unlinked = (text: string): string => text.replaceAll('](', '] (');

/** Faults as a SARIF 2.1.0 log (OASIS, "Static Analysis Results Interchange Format"): what code-scanning views show at the line. */
export const sarif = (all: readonly Placed[], version: string): object => {
  const codes = [...new Set(all.map(({ code }) => code))].sort();
  const worst = (code: string): Severity =>
    severities.findLast(one => all.some(fault => fault.code === code && fault.severity === one)) ?? 'low';
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'tripline',
            version,
            rules: codes.map(code => ({
              id: `posture/${code}`,
              shortDescription: { text: code.replaceAll('-', ' ') },
              defaultConfiguration: { level: levels[worst(code)] },
              properties: { tags: ['security'], 'security-severity': scores[worst(code)] },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: all.map(({ code, severity, message, file, line, column, object, allowed }) => ({
          ruleId: `posture/${code}`,
          ruleIndex: codes.indexOf(code),
          level: levels[severity],
          message: { text: unlinked(`${object}: ${message}`) },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: uriOf(file) },
                region: { startLine: line, startColumn: column },
              },
            },
          ],
          // Without the line, so that a fault that moves is the same one.
          partialFingerprints: { 'tripline/v1': `${uriOf(file)}#${object}#${code}` },
          ...(allowed === undefined ? {} : { suppressions: [{ kind: 'inSource', justification: allowed }] }),
        })),
      },
    ],
  };
};
