import { describe, expect, it } from 'vitest';
import { athenaTrail, wholeRecords } from '../../core/targets/sql/place.ts';

/** The table that CloudTrail's console makes (Athena User Guide, "Create a table for CloudTrail logs"). */
describe('in the table of CloudTrail’s console', () => {
  it.each([
    'eventVersion',
    'eventTime',
    'eventSource',
    'eventName',
    'awsRegion',
    'sourceIPAddress',
    'userAgent',
    'errorCode',
    'errorMessage',
    'readOnly',
    'eventType',
    'recipientAccountId',
    'vpcEndpointId',
    'sessionCredentialFromConsole',
    'userIdentity.type',
    'userIdentity.principalId',
    'userIdentity.arn',
    'userIdentity.accountId',
    'userIdentity.invokedBy',
    'userIdentity.accessKeyId',
    'userIdentity.userName',
    'userIdentity.sessionContext.sessionIssuer.type',
    'userIdentity.sessionContext.sessionIssuer.principalId',
    'userIdentity.sessionContext.sessionIssuer.arn',
    'userIdentity.sessionContext.sessionIssuer.accountId',
    'userIdentity.sessionContext.sessionIssuer.userName',
    'userIdentity.sessionContext.attributes.mfaAuthenticated',
    'userIdentity.sessionContext.ec2RoleDelivery',
  ])('%s is a column of text, in lower case', path => {
    expect(athenaTrail.place(path.split('.'))).toEqual({ is: 'text', column: path.toLowerCase() });
  });

  it.each([
    'requestParameters',
    'responseElements',
    'additionalEventData',
    'serviceEventDetails',
  ])('%s is a document, of which members are asked', name => {
    expect(athenaTrail.place([name, 'a', 'b'])).toEqual({
      ...{ is: 'json', column: name.toLowerCase(), path: ['a', 'b'] },
    });
    expect(athenaTrail.place([name])).toBeUndefined();
  });

  it.each(['resources.ARN', 'tlsDetails.tlsVersion', 'userIdentity', 'eventName.x', ''])('%j is nowhere', path => {
    expect(athenaTrail.place(path.split('.'))).toBeUndefined();
  });
});

describe('in a table of whole records', () => {
  it('times are told by their members', () => {
    expect(wholeRecords('cloudtrail', 'r').time).toBe(`json_value("r", 'lax $."eventTime"')`);
  });
  it('records are given back as they are, and as columns what a condition names', () => {
    const { select, ending, from } = wholeRecords('kubernetes', 'r');
    expect([select, ending]).toEqual(['"r"', '']);
    expect(from('"t"', '"verb" IN (…)').replaceAll(/\s+/g, ' ')).toBe(
      `(SELECT "r", json_value("r", 'lax $."verb"') AS "verb" FROM "t") AS records`,
    );
  });
});
