import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { busChannel } from '../../adapters/bus.ts';
import { attributesOf, longestPublish, snsChannel } from '../../adapters/sns.ts';
import { readAnnouncement } from '../../core/announce/json.ts';
import { mailText } from '../../core/announce/text.ts';
import { window } from './case.ts';
import { hostile } from './hostile.ts';
import { later, message, poisoned } from './message.ts';

const sns = mockClient(SNSClient);
const bus = mockClient(EventBridgeClient);
beforeEach(() => {
  sns.reset();
  bus.reset();
  sns.on(PublishCommand).resolves({ MessageId: '1' });
  bus.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] });
});

const topic = 'arn:aws:sns:eu-west-1:111122223333:findings';
const publish = async (said = message()) => {
  await snsChannel(() => new SNSClient({ region: 'eu-west-1' }), topic).send(said);
  const input = sns.commandCalls(PublishCommand).at(-1)?.args[0].input;
  if (input === undefined) throw new Error('nothing was published');
  return input;
};
const put = async (said = message()) => {
  await busChannel(() => new EventBridgeClient({ region: 'eu-west-1' }), 'findings').send(said);
  return bus.commandCalls(PutEventsCommand).at(-1)?.args[0].input.Entries?.[0];
};

describe('SNS', () => {
  test('gets text for mail, JSON for machines and a subject', async () => {
    const input = await publish();
    expect(input).toMatchObject({ TopicArn: topic, MessageStructure: 'json' });
    expect(input.Subject).toBe('[HIGH] developer launched p5.48xlarge, a family that is not allowed');
    const forms = JSON.parse(input.Message ?? '');
    expect(forms.email).toBe(mailText(message()));
    expect(readAnnouncement(forms.default)).toEqual(message());
  });

  test('gets attributes that a filter policy can name, none of them empty', async () => {
    const input = await publish(later({ severity: 'critical', cluster: 'prod' }));
    expect(
      Object.fromEntries(Object.entries(input.MessageAttributes ?? {}).map(([k, v]) => [k, v.StringValue])),
    ).toEqual({
      severity: 'critical',
      detection: 'cloudtrail/disallowed-instance-family-launched',
      account: '111122223333',
      cluster: 'prod',
      status: 'open',
      finding: '0123456789abcdef',
      transition: 'severity#critical',
      kind: 'severity',
    });
    expect(attributesOf(message())).not.toHaveProperty('cluster');
  });

  test('gets at most 256 KB with a subject it takes, whatever is in the case', async () => {
    const huge = Array.from({ length: 100 }, (_, at) => `${at}${'"日'.repeat(2000)}`);
    const evidence = Object.fromEntries(huge.map(text => [text, text]));
    const inputs = [
      await publish(
        message({ principals: huge, resources: huge, addresses: huge, notes: huge }, [window({ evidence })]),
      ),
    ];
    for (const text of hostile) inputs.push(await publish(poisoned(text)));
    for (const input of inputs) {
      const attributes = Object.entries(input.MessageAttributes ?? {});
      const bytes = [input.Message ?? '', ...attributes.flatMap(([name, { StringValue = '' }]) => [name, StringValue])]
        .map(text => Buffer.byteLength(text))
        .reduce((sum, size) => sum + size, 0);
      expect(bytes).toBeLessThanOrEqual(longestPublish);
      expect(input.Subject).toMatch(/^[\x21-\x7e][\x20-\x7e]{0,98}$/);
      for (const [, { StringValue }] of attributes) expect(StringValue).not.toBe('');
    }
  });

  test('that refuses is an error', async () => {
    sns.on(PublishCommand).rejects(new Error('Throttled'));
    await expect(publish()).rejects.toThrow('Throttled');
  });
});

describe('the event bus', () => {
  test('gets an OCSF Detection Finding that rules can match on', async () => {
    const entry = await put(message({ resources: ['arn:aws:ec2:eu-west-1:111122223333:instance/i-0a', 'i-0b'] }));
    expect(entry).toMatchObject({
      EventBusName: 'findings',
      Source: 'tripline',
      DetailType: 'Detection Finding',
      Resources: ['arn:aws:ec2:eu-west-1:111122223333:instance/i-0a'],
    });
    expect(JSON.parse(entry?.Detail ?? '')).toMatchObject({ class_uid: 2004, severity_id: 4 });
  });

  test('gets an entry of at most 256 KB, whatever is in the case', async () => {
    const huge = Array.from({ length: 100 }, (_, at) => `${at}${'"日'.repeat(2000)}`);
    const entry = await put(
      message({ principals: huge, resources: huge, addresses: huge, regions: huge, notes: huge }),
    );
    expect(Buffer.byteLength(entry?.Detail ?? '')).toBeLessThan(250 * 1024);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...hostile), async text => {
        expect(Buffer.byteLength((await put(poisoned(text)))?.Detail ?? '')).toBeLessThan(250 * 1024);
      }),
      { numRuns: 30 },
    );
  });

  test.each([
    ['a refused entry', { FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure', ErrorMessage: 'later' }] }],
    ['an answer without entries', {}],
  ])('is not believed where it answers with %s', async (_, answer) => {
    bus.on(PutEventsCommand).resolves(answer);
    await expect(put()).rejects.toThrow(/refused the finding 0123456789abcdef:first: (InternalFailure|no result)/);
  });
});
