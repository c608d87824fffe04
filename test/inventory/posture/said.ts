import type { Found } from '../../../core/inventory/aws.ts';
import type { Violation } from '../../../core/inventory/violation.ts';
import { account } from '../parts.ts';

/** Where and when the parts of these tests are found. */
export const found: Found = { account, region: 'eu-west-1', time: Date.parse('2026-09-01T12:00:00Z') };

/** What violations say, and of what: the severity and code, the title, the resources. */
export const said = (all: readonly Violation[]) =>
  all.map(({ code, severity, title, resources }) => [`${severity} ${code}`, title, ...resources]);

/** The severity and code of each. */
export const codes = (all: readonly Violation[]): readonly string[] =>
  all.map(({ code, severity }) => `${severity} ${code}`);
