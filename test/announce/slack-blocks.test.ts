import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { slackLimits, slackMessage } from '../../core/announce/slack.ts';
import { severities } from '../../core/detection.ts';
import { anything, blocksOf, texts } from './blocks.ts';
import { window } from './case.ts';
import { later, message } from './message.ts';

describe('Slack', () => {
  test('shows severity, who, what, where, when, why and what to do', () => {
    expect(slackMessage(message())).toMatchInlineSnapshot(`
      {
        "attachments": [
          {
            "blocks": [
              {
                "text": {
                  "text": "*New finding*",
                  "type": "mrkdwn",
                  "verbatim": true,
                },
                "type": "section",
              },
              {
                "fields": [
                  {
                    "text": "*Who*
      \`arn:aws:iam::111122223333:role/developer\`",
                    "type": "mrkdwn",
                    "verbatim": true,
                  },
                  {
                    "text": "*What*
      \`i-0aaaabbbbccccdddd\`",
                    "type": "mrkdwn",
                    "verbatim": true,
                  },
                  {
                    "text": "*From*
      \`198.51.100.23\`",
                    "type": "mrkdwn",
                    "verbatim": true,
                  },
                  {
                    "text": "*Where*
      \`account 111122223333, eu-west-1\`",
                    "type": "mrkdwn",
                    "verbatim": true,
                  },
                  {
                    "text": "*When*
      2026-09-01 10:00:00 UTC",
                    "type": "mrkdwn",
                    "verbatim": true,
                  },
                  {
                    "text": "*Count*
      1 event",
                    "type": "mrkdwn",
                    "verbatim": true,
                  },
                  {
                    "text": "*Seen*
      first time here",
                    "type": "mrkdwn",
                    "verbatim": true,
                  },
                  {
                    "text": "*Status*
      open",
                    "type": "mrkdwn",
                    "verbatim": true,
                  },
                ],
                "type": "section",
              },
              {
                "text": {
                  "text": "*Chain*
      role session \`developer/alice\`",
                  "type": "mrkdwn",
                  "verbatim": true,
                },
                "type": "section",
              },
              {
                "text": {
                  "text": "*Why it matters*
      GPU and accelerator instances are what stolen credentials are spent on first. A launch outside the allowed families is either a mistake in a NodePool or somebody else.",
                  "type": "mrkdwn",
                  "verbatim": true,
                },
                "type": "section",
              },
              {
                "text": {
                  "text": "*What to do*
      1. Confirm with the caller: \`aws ec2 describe-instances --instance-ids &lt;instance&gt;\` shows the tags and the launch template.
      2. Contain without losing the node: cordon it with \`karpenter.sh/do-not-disrupt\`, snapshot its volumes, move it to the quarantine group.
      3. Look around: what else did this principal call in the last hour?",
                  "type": "mrkdwn",
                  "verbatim": true,
                },
                "type": "section",
              },
              {
                "text": {
                  "text": "*Evidence*
      call \`ec2.amazonaws.com RunInstances\`
      outcome \`succeeded\`
      identity \`arn:aws:sts::111122223333:assumed-role/developer/alice\`
      issued by \`arn:aws:iam::111122223333:role/developer\`
      access key \`ASIAEXAMPLEKEY000001\`
      from \`198.51.100.23\`
      user agent \`aws-cli/2.30.0\`
      request \`{"instanceType":"p5.48xlarge"}\`",
                  "type": "mrkdwn",
                  "verbatim": true,
                },
                "type": "section",
              },
              {
                "text": {
                  "text": "*Look further*
      <https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/11111111-2222-4333-8444-555555555555|Event in CloudTrail>
      \`aws cloudtrail lookup-events --region eu-west-1 --lookup-attributes AttributeKey=EventId,AttributeValue=11111111-2222-4333-8444-555555555555\`",
                  "type": "mrkdwn",
                  "verbatim": true,
                },
                "type": "section",
              },
              {
                "elements": [
                  {
                    "text": "finding \`0123456789abcdef\` · \`cloudtrail/disallowed-instance-family-launched\` · \`0123456789abcdef:first\`",
                    "type": "mrkdwn",
                    "verbatim": true,
                  },
                  {
                    "text": "ATT&amp;CK 19.2: T1496.001 Resource Hijacking: Compute Hijacking, T1578.002 Modify Cloud Compute Infrastructure: Create Cloud Instance",
                    "type": "mrkdwn",
                    "verbatim": true,
                  },
                ],
                "type": "context",
              },
            ],
            "color": "#e8710a",
          },
        ],
        "blocks": [
          {
            "text": {
              "emoji": false,
              "text": "🟧 HIGH · developer launched p5.48xlarge, a family that is not allowed",
              "type": "plain_text",
            },
            "type": "header",
          },
        ],
        "text": "🟧 HIGH developer launched p5.48xlarge, a family that is not allowed",
        "unfurl_links": false,
        "unfurl_media": false,
      }
    `);
  });

  test('stays within its limits, whatever is in the case', () => {
    const many = fc.array(anything, { maxLength: 60 });
    const cases = fc.record({
      title: anything,
      severity: fc.constantFrom(...severities),
      principals: many,
      resources: many,
      addresses: many,
      regions: many,
      notes: many,
      account: anything,
      cluster: anything,
      assignee: anything,
      count: fc.integer({ min: 1 }),
    });
    fc.assert(
      fc.property(cases, anything, fc.boolean(), (over, text, first) => {
        const evidence = { eventName: text, userAgent: text, requestParameters: { [text]: text } };
        const shown = slackMessage(
          (first ? message : later)({ ...over, severity: 'critical' }, [window({ evidence })]),
        );
        const blocks = blocksOf(shown);
        expect(blocks.length).toBeLessThanOrEqual(slackLimits.blocks);
        expect(shown.text.length).toBeGreaterThan(0);
        for (const block of blocks) {
          const [most, longest] =
            block.type === 'header'
              ? [1, slackLimits.header]
              : block.type === 'context'
                ? [slackLimits.elements, slackLimits.text]
                : 'fields' in block
                  ? [slackLimits.fields, slackLimits.field]
                  : [1, slackLimits.text];
          expect(texts(block).length).toBeLessThanOrEqual(most);
          for (const { text } of texts(block)) {
            expect(text.length).toBeGreaterThan(0);
            expect(text.length).toBeLessThanOrEqual(longest);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test('repeats a title that the header cuts, whole', () => {
    const title = `${'The access key was used '.repeat(10)}by somebody else`;
    const said = (one: string) =>
      blocksOf(slackMessage(message({ title: one })))
        .flatMap(texts)
        .map(({ text }) => text);
    expect(said(title)[0]?.length).toBe(slackLimits.header);
    expect(said(title)[1]).toBe(`*New finding*\n${title}`);
    expect(said('short')[1]).toBe('*New finding*');
  });

  test('says what is new, and how many more there are', () => {
    const shown = slackMessage(later({ resources: Array.from({ length: 90 }, (_, n) => `i-${n}`.padEnd(60, '0')) }));
    const [, news] = blocksOf(shown);
    expect(news && texts(news)[0]?.text).toMatch(/^\*Another resource is involved\*\nresource `i-0/);
    expect(news && texts(news)[0]?.text).toMatch(/and \d+ more$/);
  });
});
