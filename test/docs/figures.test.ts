import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { detections } from '../../detections/index.ts';
import { isSeen } from '../evasions/form.ts';
import { families } from '../evasions/forms.ts';

/** Figures that the front page repeats. */
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

it('README.md counts the detections, and the forms that get past them, as they are', () => {
  const forms = families.flatMap(family => family.forms);
  const told = forms.filter(isSeen).length;
  expect(readme).toContain(`\n${detections.length} detections, each with`);
  expect(readme).toContain(
    `Of ${forms.length} forms that an attacker who knows the rules would choose instead ${told} are told, and ${forms.length - told} are not`,
  );
});
