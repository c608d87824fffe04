import type { DynamoDBRecord } from 'aws-lambda';
import type { JsonObject } from '../core/json.ts';
import { compilePattern } from '../core/pattern/compile.ts';
import { loadPattern } from '../core/pattern/load.ts';
import { owedCases } from '../core/tables.ts';

const isOwed = compilePattern(loadPattern(owedCases));

/** Of a stream's records those that the announcer's mapping hands over, as Lambda filters them. */
export const woken = (records: readonly DynamoDBRecord[]): DynamoDBRecord[] =>
  records.filter(record => isOwed({ record: record as unknown as JsonObject })); // it was JSON
