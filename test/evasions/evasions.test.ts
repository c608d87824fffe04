import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { quietOf } from '../../core/quiet.ts';
import { detections, knowledge } from '../../detections/index.ts';
import { admitter } from '../targets/soundness.ts';
import { type Form, findingsOf, isSeen, readAs, settingsOf } from './form.ts';
import { families } from './forms.ts';
import { evasionsPage } from './page.ts';

const asks = new Map<string, ReturnType<typeof quietOf>>();
const quietUnder = (form: Form): ReturnType<typeof quietOf> => {
  const key = JSON.stringify(form.settings ?? {});
  const ask = asks.get(key) ?? quietOf(detections, knowledge, settingsOf(form));
  asks.set(key, ask);
  return ask;
};

/** Whether a reader passes over a record without parsing it, for no rule asks about such. */
const isPassedOver = (form: Form): boolean => {
  const { account, region, cluster, record } = form.event;
  const text = Buffer.from(JSON.stringify(record));
  const ask = quietUnder(form);
  return [undefined, cluster].some(
    where => ask.end(text, 0, where) === text.length && ask.heard({ account, region, cluster }) !== undefined,
  );
};

describe.each(families)('$goal', ({ forms }) => {
  test.each(forms)('$form', async form => {
    const found = await findingsOf(form);
    if (!isSeen(form)) {
      expect(found, 'it is seen: say by what').toEqual([]);
      return;
    }
    const [id, severity] = form.seen;
    expect(found).toContain(`${id} (${severity})`);
    expect(isPassedOver(form), 'a reader takes it for one that no rule asks about').toBe(false);
    expect(admitter(detections, knowledge, settingsOf(form))(readAs(form.event)), 'a derived filter drops it').toBe(
      true,
    );
  });
});

/** The same in another partition of AWS, and its region. */
const inPartition = (form: Form, partition: string, region: string): Form => {
  const moved = <T>(part: T): T =>
    JSON.parse(
      JSON.stringify(part)
        .replaceAll(/arn(:|%3A)aws\1/g, `arn$1${partition}$1`)
        .replaceAll(/eu-west-1|us-east-1/g, region),
    ) as T; // texts alone change
  return {
    ...form,
    event: moved(form.event),
    after: moved(form.after ?? []),
    later: moved(form.later ?? []),
    settings: moved(settingsOf(form)),
  };
};

describe.each([
  ['aws-us-gov', 'us-gov-west-1'],
  ['aws-cn', 'cn-north-1'],
])('in %s', (partition, region) => {
  test.each(families)('$goal', async ({ forms }) => {
    for (const form of forms.filter(isSeen)) {
      const found = await findingsOf(inPartition(form, partition, region));
      expect(found, form.form).toContain(`${form.seen[0]} (${form.seen[1]})`);
    }
  }, 60_000);
});

test('each form is named once in its family', () => {
  for (const { goal, forms, traceless = [] } of families) {
    const names = [...forms.map(({ form }) => form), ...traceless.map(([form]) => form)];
    expect(
      names.filter((name, at) => names.indexOf(name) !== at),
      goal,
    ).toEqual([]);
  }
});

const pageAt = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('docs/evasions.md says what was tried', () => {
  expect(pageAt('docs/evasions.md'), 'run `node test/evasions/page.ts`').toBe(evasionsPage(families));
});

test('README and CHANGELOG say how many were tried', () => {
  const forms = families.flatMap(family => family.forms);
  const seen = forms.filter(isSeen).length;
  expect(pageAt('README.md')).toContain(`of ${forms.length} variants `);
  expect(pageAt('README.md')).toContain(`${seen} are detected and ${forms.length - seen} are not`);
  expect(pageAt('CHANGELOG.md')).toContain(`${forms.length} variants of attacks`);
});
