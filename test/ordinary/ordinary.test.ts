import { describe, expect, test } from 'vitest';
import { defineConfig } from '../../core/config.ts';
import type { Settings } from '../../core/settings.ts';
import { findingsOf, unseen } from '../evasions/form.ts';
import { calls } from './calls.ts';
import type { Operation } from './operation.ts';
import { requests } from './requests.ts';

const nothingSaid = defineConfig({});

const told = ({ what, event, after = [] }: Operation, settings: Partial<Settings>): Promise<readonly string[]> =>
  findingsOf({ form: what, event, after, settings, seen: unseen('an ordinary operation') });

describe.each([
  ['a call', calls],
  ['a request', requests],
])('%s', (_, operations) => {
  test.each(operations)('$what', async operation => {
    const { bare = [], unnamed = bare, hushed = {}, still = [] } = operation;
    expect(await told(operation, nothingSaid), 'without settings').toEqual(bare);
    expect(await told(operation, {}), 'under settings that name others').toEqual(unnamed);
    expect(await told(operation, hushed), 'under settings that name it').toEqual(still);
  });

  test('is named once', () => {
    const names = operations.map(({ what }) => what);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });
});
