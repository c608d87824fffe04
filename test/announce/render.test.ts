import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { announcementJson, longestJson, readAnnouncement } from '../../core/announce/json.ts';
import { slackMessage } from '../../core/announce/slack.ts';
import { mailText, subject, terminal } from '../../core/announce/text.ts';
import { severities } from '../../core/detection.ts';
import { anything, blocksOf, texts } from './blocks.ts';
import { finding, hour, at as start, window } from './case.ts';
import { hostile } from './hostile.ts';
import { later, message, poisoned } from './message.ts';

describe('mail', () => {
  test('reads top to bottom: severity, title, who, what, where, when, why, what to do', () => {
    expect(mailText(message())).toMatchInlineSnapshot(`
      "HIGH  New finding
      developer launched p5.48xlarge, a family that is not allowed

      Who:     arn:aws:iam::111122223333:role/developer
      Chain:   role session developer/alice
      What:    i-0aaaabbbbccccdddd
      From:    198.51.100.23
      Where:   account 111122223333, eu-west-1
      When:    2026-09-01 10:00:00 UTC
      Count:   1 event
      Seen:    first time here
      Status:  open

      WHY IT MATTERS
      GPU and accelerator instances are what stolen credentials are spent on first. A launch outside the allowed families is either a mistake in a NodePool or somebody else.

      WHAT TO DO
      1. Confirm with the caller: \`aws ec2 describe-instances --instance-ids <instance>\` shows the tags and the launch template.
      2. Contain without losing the node: cordon it with \`karpenter.sh/do-not-disrupt\`, snapshot its volumes, move it to the quarantine group.
      3. Look around: what else did this principal call in the last hour?

      EVIDENCE
      call:             ec2.amazonaws.com RunInstances
      outcome:          succeeded
      identity:         arn:aws:sts::111122223333:assumed-role/developer/alice
      issued by:        arn:aws:iam::111122223333:role/developer
      access key:       ASIAEXAMPLEKEY000001
      from:             198.51.100.23
      user agent:       aws-cli/2.30.0
      request:          {"instanceType":"p5.48xlarge"}

      LOOK FURTHER
      aws cloudtrail lookup-events --region eu-west-1 --lookup-attributes AttributeKey=EventId,AttributeValue=11111111-2222-4333-8444-555555555555
      Event in CloudTrail: https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/11111111-2222-4333-8444-555555555555

      ATT&CK 19.2
      T1496.001 Resource Hijacking: Compute Hijacking (Impact)
      T1578.002 Modify Cloud Compute Infrastructure: Create Cloud Instance (Defense Impairment)

      --
      finding 0123456789abcdef of cloudtrail/disallowed-instance-family-launched (rule version a1b2c3d4)
      announcement 0123456789abcdef:first
      "
    `);
  });

  test('leads with the news when it is not the first', () => {
    const raised = later({ severity: 'critical', addresses: ['192.0.2.66', '198.51.100.23'] });
    expect(subject(raised)).toBe(
      '[CRITICAL] Severity raised to critical: developer launched p5.48xlarge, a family that is not all...',
    );
    expect(mailText(raised)).toContain('NEW\nseverity: critical\nsource address: 192.0.2.66\n');
  });

  test.each(severities)('has its severity at the head of the subject: %s', severity => {
    expect(subject(message({ severity }))).toMatch(new RegExp(`^\\[${severity.toUpperCase()}\\] `));
  });

  test('has a subject of at most 99 ASCII characters and no control character, whatever the title', () => {
    fc.assert(fc.property(anything, text => /^[\x21-\x7e][\x20-\x7e]{0,98}$/.test(subject(poisoned(text)))));
  });

  test('counts past what is exact as "or more"', () => {
    expect(mailText(message({ count: 1000 }, [window({ exact: false })]))).toContain('Count:   1,000+ events');
  });

  test('names the span of a case that lasted', () => {
    expect(mailText(message({ last: start + 2 * hour }))).toContain('When:    2026-09-01 10:00:00 to 12:00:00 UTC');
    expect(mailText(message({ last: start + 23 * hour }))).toContain('2026-09-01 10:00:00 to 2026-09-02 09:00:00 UTC');
  });

  test('of a detection that left the catalogue says so, and has no empty heading', () => {
    const text = mailText(message({}, [window()], null));
    expect(text).toMatch(/WHY IT MATTERS\n.*disallowed-instance-family-launched is not in the catalogue any more/);
    expect(text).not.toContain('WHAT TO DO');
    const found = mailText(message({ detection: 'posture/imds-hops', version: 'inventory' }, [window()], null));
    expect(found).not.toMatch(/WHY IT MATTERS|WHAT TO DO/);
  });
});

describe('hostile text survives on no channel', () => {
  test.each(hostile.map(text => [JSON.stringify(text).slice(0, 60), text]))('%s', (_, text) => {
    const shown = poisoned(text);
    const visible = (lines: string) => expect(lines.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    visible(mailText(shown));
    visible(subject(shown));
    visible(terminal(shown, false));
    const coloured = terminal(shown, true);
    expect(coloured.split('\u001b')).toHaveLength(2 * coloured.split('\n').length + 1); // the severity, then each row's name
    for (const text of [mailText(shown), subject(shown), terminal(shown, false)])
      expect(text).not.toMatch(/:\/\/|www\.|mailto:/i);

    const slack = slackMessage(shown);
    visible(slack.text);
    for (const { text, type, verbatim } of blocksOf(slack).flatMap(texts)) {
      visible(text);
      expect(text.replace(/&(amp|lt|gt);/g, '')).not.toMatch(/[<>&]/);
      if (type === 'mrkdwn') expect(verbatim).toBe(true);
      if (type === 'plain_text') expect(text).not.toMatch(/[<>&@]/);
      // Outside code spans nothing of the event stands but what mrkdwn() wrote; a span never spans lines.
      for (const line of text.split('\n')) expect((line.split('`').length - 1) % 2).toBe(0);
    }
    expect(JSON.stringify(slack)).not.toMatch(/<[@!#]|<https?:/);
    expect(readAnnouncement(announcementJson(shown)).finding.detection).toBe(shown.finding.detection);
  });

  test('no line of a mail begins with what only the message may say', () => {
    const forged = mailText(poisoned('x\nStatus:  resolved\n--\nfinding 0'));
    expect(forged.split('\n').filter(line => line.startsWith('Status:'))).toHaveLength(1);
    expect(forged.split('\n').filter(line => line === '--')).toHaveLength(1);
  });

  test('a link is made of checked parts only', () => {
    expect(poisoned('eu-west-1.evil.example').links).toEqual([]);
    expect(poisoned("x' ; curl evil.example").commands).toEqual([]);
    expect(message().links.map(({ url }) => url)).toEqual([
      'https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/11111111-2222-4333-8444-555555555555',
    ]);
  });
});

describe('the terminal', () => {
  test('shows a finding in short, without colour unless told', () => {
    expect(terminal(message(), false)).toMatchInlineSnapshot(`
      "[HIGH] developer launched p5.48xlarge, a family that is not allowed
        who      arn:aws:iam::111122223333:role/developer
        chain    role session developer/alice
        what     i-0aaaabbbbccccdddd
        from     198.51.100.23
        where    account 111122223333, eu-west-1
        when     2026-09-01 10:00:00 UTC
        count    1 event
        seen     first time here
        do       Confirm with the caller: \`aws ec2 describe-instances --instance-ids <instance>\` shows the tags and the launch template.
        finding  0123456789abcdef  cloudtrail/disallowed-instance-family-launched"
    `);
    expect(terminal(message(), true)).toContain('\u001b[1;31m HIGH \u001b[0m');
  });
});

describe('JSON', () => {
  test('reads back as the message it was', () => {
    fc.assert(
      fc.property(anything, text => {
        const shown = poisoned(text.slice(0, 100).toWellFormed());
        expect(readAnnouncement(announcementJson(shown))).toEqual(JSON.parse(JSON.stringify(shown)));
      }),
      { numRuns: 50 },
    );
  });

  test('is ASCII and at most 100 KB, whatever is in the case', () => {
    const huge = Array.from({ length: 100 }, (_, n) => `${n}${'日'.repeat(3000)}`);
    const written = announcementJson(message({ principals: huge, resources: huge, addresses: huge, notes: huge }));
    expect(written).toMatch(/^[\x20-\x7e]*$/);
    expect(written.length).toBeLessThanOrEqual(longestJson);
    expect(readAnnouncement(written).finding).toMatchObject({ id: finding().id, severity: 'high', count: 1 });
  });

  test.each([
    ['another schema', { ...message(), schema: 'tripline/announcement/2' }, 'schema'],
    [
      'a severity that is none',
      { ...message(), finding: { ...message().finding, severity: 'fatal' } },
      'finding.severity',
    ],
    ['no object', 7, 'the whole'],
    ['an empty one', {}, 'schema'],
  ])('is refused with the place that is wrong: %s', (_, value, place) => {
    expect(() => readAnnouncement(JSON.stringify(value))).toThrow(place);
  });
});

test('the documentation shows what is really sent', () => {
  const page = readFileSync(new URL('../../docs/announcement.md', import.meta.url), 'utf8');
  const [json, mail, slack] = [...page.matchAll(/```(?:json|text)\n([\s\S]*?)\n```/g)].map(([, block]) => block ?? '');
  expect(JSON.parse(json ?? '')).toEqual(JSON.parse(announcementJson(message())));
  expect(mail).toBe(`Subject: ${subject(message())}\n\n${mailText(message())}`.trimEnd());
  expect(JSON.parse(slack ?? '')).toEqual(JSON.parse(JSON.stringify(slackMessage(message()))));
});
