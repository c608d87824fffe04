import { describe, expect, it } from 'vitest';
import { delivery } from './faults/delivery.ts';
import { doors } from './faults/doors.ts';
import { parts } from './faults/parts.ts';
import { permissions } from './faults/permissions.ts';
import { watch } from './faults/watch.ts';
import { all } from './synthesis.ts';

const faults = [...delivery, ...doors, ...parts, ...permissions, ...watch];

describe('each check', () => {
  it.each(faults)(
    '%s: catches %s',
    (name, _, planted) => {
      const check = all[name];
      if (check === undefined) throw new Error(`no check '${name}'`);
      expect(check(planted())).not.toEqual([]);
    },
    30_000,
  );

  it('has a fault that it catches', () => {
    const caught = new Set(faults.map(([name]) => name));
    expect(Object.keys(all).filter(name => !caught.has(name))).toEqual([]);
  });
});
