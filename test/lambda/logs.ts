import { ok } from 'node:assert/strict';

/**
 * What a function wrote, each line parsed.
 * @throws where a line is not as Lambda's JSON logs need it: without `level` and a timestamp it is taken for INFO (Lambda Developer
 * Guide, "Log-level filtering"); metrics have a time of their own (CloudWatch User Guide, "Embedded metric format specification")
 */
export const logsOf = (lines: readonly string[]): readonly Record<string, unknown>[] =>
  lines.map(line => {
    const parsed = JSON.parse(line) as Record<string, unknown>;
    if ('_aws' in parsed) return parsed;
    const { timestamp, level } = parsed;
    ok(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(String(timestamp)), `no timestamp: ${line}`);
    ok(/^(trace|debug|info|warn|error|fatal)$/i.test(String(level)), `no level: ${line}`);
    return parsed;
  });
