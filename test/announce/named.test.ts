import { describe, expect, test } from 'vitest';
import { announcementJson, readAnnouncement } from '../../core/announce/json.ts';
import { type Message, messageOf } from '../../core/announce/message.ts';
import { pagerDutyEvent } from '../../core/announce/pagerduty.ts';
import { newsOf } from '../../core/announce/transitions.ts';
import { plain } from '../../core/escape.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { namedBy } from '../../core/findings/entity.ts';
import { memoryFindings } from '../../core/findings/memory.ts';
import { at, type Json } from '../../core/json.ts';
import { loadDetection } from '../../core/load.ts';
import { ocsf } from '../../core/ocsf.ts';
import { files, judge } from '../catalogue.ts';
import { ocsfFaults } from './ocsf-schema.ts';

/** The announcements of every finding of a detection's examples. */
const announced = async (detection: NonNullable<(typeof files)[number]['detection']>): Promise<readonly Message[]> => {
  const found = memoryFindings();
  for (const example of detection.examples.matches) {
    const matches = await judge(loadDetection(detection), example);
    await found.fold(matches, Math.max(...matches.map(({ time }) => time)));
  }
  return found.list().flatMap(({ finding, windows }) => {
    const news = newsOf({ ...finding, ruleStatus: 'alerting' }, windows);
    return news === undefined ? [] : messageOf(finding, windows, news, detection, exampleSettings);
  });
};

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
const values = (list: Json | undefined, member: string): readonly unknown[] => listOf(list).map(one => at(one, member));

describe.each(
  files.flatMap(({ detection }) => (detection === undefined ? [] : [[detection.id, detection] as const])),
)('a finding of %s', (_, detection) => {
  test('is found by whatever its key names, on every machine-readable channel', async () => {
    const messages = await announced(detection);
    expect(messages).not.toEqual([]);
    for (const one of messages) {
      const { principals, resources, addresses, key, cluster } = one.finding;
      // A range is no address of its own: one in it is there.
      const named = namedBy(key).flatMap(([kind, name]) => (kind === 'address' && name.includes('/') ? [] : name));
      expect([...principals, ...resources, ...addresses]).toEqual(expect.arrayContaining(named));
      const about = namedBy(key).flatMap(([kind, name]) => (kind === 'resource' ? name : []));
      expect(resources).toEqual(expect.arrayContaining(about));
      expect(new Set(resources).size, 'no resource is listed twice').toBe(resources.length);
      expect(readAnnouncement(announcementJson(one)).finding).toEqual(one.finding);

      const shown = ocsf(one);
      const users = listOf(shown['observables']).filter(seen => at(seen, 'type_id') === 4);
      for (const name of values(users, 'value')) expect(name).not.toMatch(/^(access key|through|web identity of) /);
      expect(ocsfFaults(shown)).toEqual([]);
      expect(values(shown['observables'], 'value')).toEqual(expect.arrayContaining(named));
      expect(values(shown['resources'], 'uid')).toEqual(expect.arrayContaining([...resources]));
      if (cluster !== '') expect(values(shown['resources'], 'uid')).toContain(cluster);

      const details = at(pagerDutyEvent(one, 'key'), 'payload', 'custom_details');
      for (const name of about) expect(at(details, 'what')).toContain(plain(name, 300));
    }
  });
});
